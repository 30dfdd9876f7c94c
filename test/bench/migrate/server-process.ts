import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { hasChildren, processSeconds } from './cpu-time.ts'

/** A server that opens its port within 5 s, or it did not start. */
const START_TRIES = 100
const START_PAUSE_MS = 50
/** How long a connection's process may outlive its client before its processor time is given up. */
const IDLE_TRIES = 300
const IDLE_PAUSE_MS = 10

/** A program that serves a port of this machine, with a process for each connection. */
export interface ServerProcess {
  readonly port: number
  /** Of all that it has done so far; waits until the processes of its connections have ended. */
  cpuSeconds(): Promise<number>
  stop(): Promise<void>
}

/** Fails with what the program has said when it ends before its port is open. */
export async function startServer(
  program: string,
  args: readonly string[],
  port: number
): Promise<ServerProcess> {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2000)
  })
  child.on('error', error => {
    said += error.message
  })
  const pid = await untilOpen(child, port)
  if (pid === null) {
    await end(child)
    throw new Error(`${program} does not serve port ${port}: ${said.trim()}`)
  }
  return {
    port,
    async cpuSeconds() {
      for (let tries = 0; tries < IDLE_TRIES && hasChildren(pid); tries++)
        await sleep(IDLE_PAUSE_MS)
      return processSeconds(pid)
    },
    stop: () => end(child)
  }
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port was bound')
  return address.port
}

async function untilOpen(child: ChildProcess, port: number): Promise<number | null> {
  for (let tries = 0; tries < START_TRIES; tries++) {
    if (child.pid === undefined || child.exitCode !== null) return null
    if (await isOpen(port)) return child.pid
    await sleep(START_PAUSE_MS)
  }
  return null
}

function isOpen(port: number): Promise<boolean> {
  return new Promise(settle => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.once('connect', () => {
      socket.destroy()
      settle(true)
    })
    socket.once('error', () => settle(false))
  })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}
