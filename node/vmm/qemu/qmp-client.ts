import type { Socket } from 'node:net'
import { VmmError } from '../vmm.ts'
import { decodeMessage, encodeCommand, LineCutter, type QmpMessage } from './qmp-codec.ts'

/** A healthy QEMU answers within milliseconds; a starved host may take seconds. */
const ANSWER_PATIENCE_MS = 20_000

/** We ask one thing at a time; more open questions than this are a fault of ours. */
const PENDING_MAX = 64

export type QmpEvent = Extract<QmpMessage, { kind: 'event' }>

interface Pending {
  readonly command: string
  resolve(value: unknown): void
  reject(error: Error): void
}

/** One conversation with one QEMU. All failures are VMM_FAILED. */
export class QmpClient {
  /** Resolves when QEMU hung up or the conversation was ended. */
  readonly closed: Promise<void>
  readonly #socket: Socket
  readonly #lines = new LineCutter()
  readonly #pending = new Map<number, Pending>()
  readonly #listeners = new Set<(event: QmpEvent) => void>()
  #greeted: () => void = () => {}
  #lastId = 0

  private constructor(socket: Socket) {
    this.#socket = socket
    this.closed = new Promise(resolve => {
      socket.once('close', () => {
        this.#failAll()
        resolve()
      })
    })
    socket.on('data', bytes => this.#take(bytes))
  }

  /** Takes a connected socket through the greeting. */
  static async open(socket: Socket): Promise<QmpClient> {
    const client = new QmpClient(socket)
    try {
      await client.#greeting()
      await client.execute('qmp_capabilities')
      return client
    } catch (error) {
      client.end()
      throw error
    }
  }

  onEvent(listener: (event: QmpEvent) => void): void {
    this.#listeners.add(listener)
  }

  async execute(command: string, words?: object): Promise<unknown> {
    if (this.#socket.destroyed) throw failure(`QEMU hung up before ${command}.`)
    if (this.#pending.size >= PENDING_MAX) throw failure(`QEMU owes ${PENDING_MAX} answers.`)
    this.#lastId += 1
    const id = this.#lastId
    const answer = new Promise((resolve, reject) => {
      this.#pending.set(id, { command, resolve, reject })
    })
    this.#socket.write(encodeCommand(id, command, words))
    return await inTime(answer, `QEMU did not answer ${command}`).finally(() => {
      this.#pending.delete(id)
    })
  }

  end(): void {
    this.#socket.destroy()
  }

  get isClosed(): boolean {
    return this.#socket.destroyed
  }

  async #greeting(): Promise<void> {
    const greeted = new Promise<void>(resolve => {
      this.#greeted = resolve
    })
    const gone = this.closed.then(() => {
      throw failure('QEMU hung up without a greeting.')
    })
    await inTime(Promise.race([greeted, gone]), 'QEMU did not greet')
  }

  #take(bytes: Uint8Array): void {
    try {
      for (const line of this.#lines.take(bytes)) this.#hear(decodeMessage(line))
    } catch {
      // Who does not speak QMP cannot be driven; `closed` tells everybody who waits.
      this.#socket.destroy()
    }
  }

  #hear(message: QmpMessage): void {
    if (message.kind === 'greeting') return this.#greeted()
    if (message.kind === 'event') {
      for (const listener of this.#listeners) listener(message)
      return
    }
    const pending = this.#pending.get(message.id)
    if (message.kind === 'result') return pending?.resolve(message.value)
    pending?.reject(failure(`QEMU refused ${pending.command}: ${message.text}`))
  }

  #failAll(): void {
    for (const pending of this.#pending.values()) {
      pending.reject(failure(`QEMU hung up during ${pending.command}.`))
    }
  }
}

async function inTime<T>(answer: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(failure(`${what} within ${ANSWER_PATIENCE_MS} ms.`))
    }, ANSWER_PATIENCE_MS)
  })
  return await Promise.race([answer, late]).finally(() => clearTimeout(timer))
}

function failure(message: string): VmmError {
  return new VmmError('VMM_FAILED', message)
}
