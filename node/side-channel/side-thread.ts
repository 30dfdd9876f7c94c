import { Worker } from 'node:worker_threads'
import type { Answer, CallName, Calls, Question } from './calls.ts'

/** Bytes came by a side connection that are not what the ledger's root speaks of. */
export class SideMismatch extends Error {
  override readonly name: string = 'SideMismatch'
}

/** The side connection is of no use (any more); the stream is. */
export class SideLost extends Error {
  override readonly name: string = 'SideLost'
}

interface Waiting {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

/** What the parts of a node need of the thread. */
export interface SideCalls {
  /** Throws `SideMismatch` or `SideLost`. */
  call<K extends CallName>(call: K, input: Calls[K][0]): Promise<Calls[K][1]>
  /** It takes a while to start: for those who will call soon. */
  warm(): void
}

/**
 * The thread in which blocks are decrypted, hashed and written, so that the node goes on answering meanwhile. It is
 * started by the first call; one that has died is started anew by the next.
 */
export class SideThread implements SideCalls {
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | undefined
  #count = 0

  call<K extends CallName>(call: K, input: Calls[K][0]): Promise<Calls[K][1]> {
    this.#worker ??= this.#start()
    const worker = this.#worker
    this.#count += 1
    const question = { id: this.#count, call, input } as Question
    return new Promise<Calls[K][1]>((resolve, reject) => {
      this.#waiting.set(question.id, { resolve: result => resolve(result as Calls[K][1]), reject })
      worker.postMessage(question)
    })
  }

  warm(): void {
    this.#worker ??= this.#start()
  }

  async close(): Promise<void> {
    const worker = this.#worker
    this.#worker = undefined
    await worker?.terminate()
  }

  #start(): Worker {
    const worker = new Worker(new URL('./thread-main.js', import.meta.url))
    // It holds nothing that the node would have to wait for at its end.
    worker.unref()
    worker.on('message', (answer: Answer) => this.#hear(answer))
    const died = (why: string): void => {
      if (this.#worker === worker) this.#worker = undefined
      for (const { reject } of this.#waiting.values()) reject(new SideLost(why))
      this.#waiting.clear()
    }
    worker.on('error', error => died(`the thread failed: ${error.message}`))
    worker.on('exit', () => died('the thread has ended'))
    return worker
  }

  #hear(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if ('result' in answer) waiting?.resolve(answer.result)
    else {
      const Kind = answer.error === 'mismatch' ? SideMismatch : SideLost
      waiting?.reject(new Kind(answer.message))
    }
  }
}
