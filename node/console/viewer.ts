import { randomBytes } from 'node:crypto'
import { Duplex } from 'node:stream'
import type { AccountId, PublicKey, Signer, Uuid } from '../../ledger/index.ts'
import {
  type ConsoleChannel,
  type ConsoleKind,
  openConsole,
  signConsoleOpen
} from '../../protocols/console/index.ts'
import type { Clock } from '../clock.ts'
import type { Network } from '../network/index.ts'

export interface ConsoleViewerOptions {
  readonly network: Network
  readonly networkId: string
  readonly clock: Clock
  readonly owner: AccountId
  readonly key: Signer
}

export interface ConsoleTarget {
  readonly machine: Uuid
  readonly kind: ConsoleKind
  readonly holder: PublicKey
  readonly addresses: readonly string[]
}

/** A permission is used at once; half a minute covers clocks that differ and a slow dial. */
const PERMISSION_MS = 30_000

/** Opens a console on the holder and gives its bytes as a stream. Throws `ConsoleRefused` or `FrameError`. */
export async function viewConsole(
  options: ConsoleViewerOptions,
  target: ConsoleTarget,
  signal: AbortSignal
): Promise<Duplex> {
  const permission = signConsoleOpen(
    options.networkId,
    {
      machine: target.machine,
      kind: target.kind,
      peer: options.network.peer,
      expiresAtMs: options.clock.nowMs() + PERMISSION_MS,
      nonce: randomBytes(16).toString('hex')
    },
    options.owner,
    options.key
  )
  const { holder, addresses } = target
  const stream = await options.network.open('console', holder, { addresses, signal })
  return duplexOf(await openConsole(stream, permission))
}

function duplexOf(channel: ConsoleChannel): Duplex {
  return new Duplex({
    read() {
      channel.receive().then(
        bytes => this.push(bytes),
        (error: unknown) => this.destroy(errorOf(error))
      )
    },
    write(chunk: Uint8Array, _encoding, done) {
      void settle(channel.send(chunk), done)
    },
    final(done) {
      void settle(channel.close(), done)
    },
    destroy(error, done) {
      void settle(channel.close(), () => done(error))
    }
  })
}

/** Node's streams want a callback where we have a promise. */
async function settle(work: Promise<void>, done: (error?: Error | null) => void): Promise<void> {
  let failure: Error | null = null
  try {
    await work
  } catch (error) {
    failure = errorOf(error)
  }
  done(failure)
}

function errorOf(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
