import { setTimeout as delay } from 'node:timers/promises'
import type { PublicKey } from '../../ledger/index.ts'
import {
  type AgreementRefusal,
  receiveAgreement,
  SendQueue,
  sendAgreement
} from '../../protocols/agreement/index.ts'
import type { Network } from '../network/index.ts'

export interface LinksOptions {
  readonly network: Network
  /** The whole set, this node included. */
  readonly members: readonly PublicKey[]
  /** The next messages of that peer are read when it resolves. */
  readonly take: (from: PublicKey, messages: readonly Uint8Array[]) => Promise<void>
  /** Whoever has sent too much that no honest coordinator sends. */
  readonly isShut: (member: PublicKey) => boolean
  readonly log: (message: string, fields?: Record<string, string>) => void
}

/** The streams to all other coordinators. */
export interface CoordinatorLinks {
  /** To one, or to all others where `to` is null. Never waits: what a peer cannot take in time is lost to it. */
  send(to: PublicKey | null, bytes: Uint8Array): void
  stop(): void
}

const RETRY_MS = { first: 100, most: 3_000 }

export async function openLinks(options: LinksOptions): Promise<CoordinatorLinks> {
  const { network, members } = options
  const stopping = new AbortController()
  const { signal } = stopping
  const queues = new Map<PublicKey, SendQueue>()
  await network.serve('agreement', (stream, { key }) =>
    receiveAgreement(stream, {
      signal,
      refusal: members.includes(key) ? shutOut(options, key) : stranger(key),
      take: messages => {
        const refusal = shutOut(options, key)
        if (refusal !== undefined) throw new Error(refusal.message)
        return options.take(key, messages)
      }
    })
  )
  for (const member of members) {
    if (member === network.key) continue
    const queue = new SendQueue()
    queues.set(member, queue)
    void keepLink(options, member, queue, signal)
  }
  return {
    send(to, bytes) {
      for (const [member, queue] of queues) if (to === null || to === member) queue.push(bytes)
    },
    stop: () => stopping.abort(new Error('the node stops'))
  }
}

/** A node that is named as a coordinator and may not vote says so, and does not let others wait. */
export async function refuseLinks(network: Network, message: string): Promise<void> {
  const { signal } = new AbortController()
  await network.serve('agreement', stream =>
    receiveAgreement(stream, {
      signal,
      refusal: { code: 'NO_SEAT', message },
      take: () => Promise.resolve()
    })
  )
}

function shutOut({ isShut }: LinksOptions, key: PublicKey): AgreementRefusal | undefined {
  if (!isShut(key)) return undefined
  const message = `${key} has sent too many messages that no coordinator may send, and is shut out`
  return { code: 'SHUT_OUT', message }
}

function stranger(key: PublicKey): AgreementRefusal {
  return { code: 'NOT_A_COORDINATOR', message: `${key} is no coordinator of this network` }
}

async function keepLink(
  { network, log }: LinksOptions,
  member: PublicKey,
  queue: SendQueue,
  signal: AbortSignal
): Promise<void> {
  let retryMs = RETRY_MS.first
  while (!signal.aborted) {
    let linked = false
    try {
      const stream = await network.open('agreement', member, { signal })
      await sendAgreement(stream, queue, {
        signal,
        onWelcome() {
          linked = true
          log('linked to a coordinator', { key: member })
        }
      })
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      if (linked && !signal.aborted) log(`lost a coordinator: ${why}`, { key: member })
    }
    retryMs = linked ? RETRY_MS.first : Math.min(retryMs * 2, RETRY_MS.most)
    await delay(retryMs, undefined, { signal, ref: false }).catch(() => undefined)
  }
}
