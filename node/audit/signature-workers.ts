import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { equals } from 'uint8arrays/equals'
import type { Crypto, Hash, PublicKey } from '../../ledger/index.ts'
import { packClaims } from './claim-batch.ts'
import type { Claim } from './signature-claims.ts'

/** One core is the main thread's, which executes; beyond four it could not keep up with them. */
const THREADS_MAX = 4

/**
 * Signatures checked on other threads before they are asked for. A good one is remembered until then; about every other
 * one, and every one that no thread has seen, the main thread judges for itself, so that an answer never depends on them.
 */
export class SignatureWorkers {
  /** To be handed to whoever checks: as `inner`, and without work for what is known to be good. */
  readonly crypto: Crypto
  /** As `ChainContext` asks; once for each transaction, so that nothing piles up. */
  readonly isVerified = (transaction: Hash, key: PublicKey): boolean =>
    this.#transactions.delete(transaction + key)
  readonly #threads: readonly Thread[]
  readonly #good = new Map<string, Claim>()
  readonly #transactions = new Set<string>()

  constructor(inner: Crypto, threads: number = threadsFor(availableParallelism())) {
    this.#threads = Array.from({ length: threads }, () => new Thread())
    this.crypto = {
      ...inner,
      verify: (key, message, signature) =>
        this.#take(key, message, signature) || inner.verify(key, message, signature)
    }
  }

  /** Resolves when these claims have been looked at. */
  async check(claims: readonly Claim[]): Promise<void> {
    const share = Math.ceil(claims.length / Math.max(1, this.#threads.length))
    await Promise.all(
      this.#threads.map(async (thread, at) => {
        const part = claims.slice(at * share, (at + 1) * share)
        if (part.length === 0) return
        const good = await thread.check(part)
        for (const [each, claim] of part.entries()) {
          if (good[each] === 1) this.#remember(claim)
        }
      })
    )
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map(thread => thread.close()))
  }

  #remember(claim: Claim): void {
    const { transaction } = claim
    if (transaction !== undefined) this.#transactions.add(transaction.hash + transaction.key)
    else this.#good.set(nameOf(claim.signature), claim)
  }

  #take(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
    const name = nameOf(signature)
    const claim = this.#good.get(name)
    if (claim === undefined || !equals(claim.key, key) || !equals(claim.message, message)) {
      return false
    }
    // Whoever signs alike for two places is looked at twice; nothing piles up.
    this.#good.delete(name)
    return true
  }
}

function threadsFor(cores: number): number {
  return Math.max(1, Math.min(THREADS_MAX, cores - 1))
}

function nameOf(signature: Uint8Array): string {
  return Buffer.from(signature.buffer, signature.byteOffset, signature.length).toString('latin1')
}

interface Waiting {
  readonly resolve: (good: Uint8Array) => void
  readonly reject: (error: unknown) => void
}

/** Answers come in the order of the questions. */
class Thread {
  readonly #worker = new Worker(new URL('./signature-worker.js', import.meta.url))
  readonly #waiting: Waiting[] = []

  constructor() {
    this.#worker.on('message', (good: Uint8Array) => this.#waiting.shift()?.resolve(good))
    this.#worker.on('error', error => this.#fail(error))
    this.#worker.on('exit', () =>
      this.#fail(new Error('a thread that checks signatures has ended'))
    )
  }

  check(claims: readonly Claim[]): Promise<Uint8Array> {
    const packed = packClaims(claims)
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      this.#worker.postMessage(packed, [packed.buffer])
    })
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }

  #fail(error: unknown): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error)
  }
}
