/** The thread that moves blocks beside the main one: both ends of side connections, by the calls of `calls.ts`. */
import { randomUUID } from 'node:crypto'
import { parentPort } from 'node:worker_threads'
import type { Answer, CallName, Calls, Question } from './calls.ts'
import { BlockMismatch, Line } from './line.ts'
import { SideServer } from './server.ts'

const server = new SideServer()
const lines = new Map<string, Line>()

const CALLS: { [K in CallName]: (input: Calls[K][0]) => Promise<Calls[K][1]> } = {
  serve: wish => server.offer(wish),
  async withdraw({ identity }) {
    await server.withdraw(identity)
    return null
  },
  async connect(wish) {
    const line = await Line.open(wish)
    // Not counted: a thread that was started anew must not give a name that somebody still holds.
    const name = randomUUID()
    lines.set(name, line)
    return { line: name }
  },
  async fetch(wish) {
    const line = lines.get(wish.line)
    if (line === undefined) throw new Error('the line is over')
    return { ms: await line.fetch(wish) }
  },
  async hangUp({ line }) {
    const open = lines.get(line)
    lines.delete(line)
    await open?.close()
    return null
  }
}

parentPort?.on('message', ({ id, call, input }: Question) => {
  void CALLS[call](input as never).then(
    result => parentPort?.postMessage({ id, result } satisfies Answer),
    (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error)
      const kind = error instanceof BlockMismatch ? 'mismatch' : 'lost'
      parentPort?.postMessage({ id, error: kind, message } satisfies Answer)
    }
  )
})
