import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Answer, CallName, Calls } from './calls.ts'

const PROVIDER = fileURLToPath(new URL('./provider.js', import.meta.url))

/** A provider process of the bench, as its parent sees it. */
export class Provider {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, PromiseWithSettle>()
  #count = 0

  constructor() {
    this.#child = fork(PROVIDER, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    this.#child.on('message', (answer: Answer) => {
      const waiting = this.#waiting.get(answer.id)
      this.#waiting.delete(answer.id)
      if ('error' in answer) waiting?.reject(new Error(answer.error))
      else waiting?.resolve(answer.result)
    })
    this.#child.on('exit', code => {
      const error = new Error(`a provider process ended with ${code}`)
      for (const waiting of this.#waiting.values()) waiting.reject(error)
      this.#waiting.clear()
    })
  }

  call<K extends CallName>(call: K, input: Calls[K][0]): Promise<Calls[K][1]> {
    this.#count += 1
    const id = this.#count
    return new Promise<Calls[K][1]>((resolve, reject) => {
      this.#waiting.set(id, { resolve: result => resolve(result as Calls[K][1]), reject })
      this.#child.send({ id, call, input })
    })
  }

  close(): void {
    this.#child.disconnect()
  }
}

interface PromiseWithSettle {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}
