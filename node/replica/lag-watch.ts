/**
 * A coordinator that has just begun, or has heard of no final block for longer than an idle ledger is silent asks others how far they are:
 * it may have been away for long, or its colleagues may have handed over to a set that it does not know yet, and talk to it no more.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { CertifiedBlock, PublicKey } from '../../ledger/index.ts'
import { askHead, follow } from '../../protocols/ledger/index.ts'
import type { Network } from '../network/index.ts'
import type { Replica } from './replica.ts'

export interface LagWatchOptions {
  readonly network: Network
  readonly replica: Replica
  readonly learn: (from: PublicKey, blocks: readonly CertifiedBlock[]) => Promise<void>
  /** Told the height that a peer says it has. True: this node will not come there block by block, and is about to stop. */
  readonly isTooFar: (height: number, peer: PublicKey) => Promise<boolean>
  readonly log: (message: string, fields?: Record<string, string>) => void
}

/** A coordinator makes a block at least every 5 s. */
const SILENCE_MS = 8_000
const HEAD_MS = 3_000

/** Until somebody has said once how far the ledger is. */
const FIRST_LOOK_MS = 1_000

/** Watches until the signal fires. */
export async function watchLag(options: LagWatchOptions, signal: AbortSignal): Promise<void> {
  const { network, replica } = options
  let height = -1
  let heard = false
  for (let turn = 0; !signal.aborted; ) {
    const before = height
    height = replica.state().height
    if (height === before || !heard) {
      const others = (await network.serving('ledger')).filter(key => key !== network.key)
      const source = others[turn++ % Math.max(1, others.length)]
      if (source !== undefined) heard = (await catchUp(options, source, signal)) || heard
    }
    const waitMs = heard ? SILENCE_MS : FIRST_LOOK_MS
    await delay(waitMs, undefined, { signal, ref: false }).catch(() => undefined)
  }
}

/** Up to the height that the source says it has; false if it says nothing. */
async function catchUp(
  { network, replica, learn, isTooFar, log }: LagWatchOptions,
  source: PublicKey,
  signal: AbortSignal
): Promise<boolean> {
  let heard = false
  try {
    const asking = await network.open('ledger', source, { signal })
    const head = await askHead(asking, { signal, idleMs: HEAD_MS })
    heard = head.kind === 'head'
    if (head.kind === 'refused' || head.height <= replica.state().height) return heard
    if (await isTooFar(head.height, source)) return heard
    log('behind the ledger, catching up', { from: source, height: `${head.height}` })
    const stream = await network.open('ledger', source, { signal })
    const from = replica.state().height + 1
    for await (const said of follow(stream, from, { signal, idleMs: HEAD_MS })) {
      if (said.kind === 'block') await learn(source, [said.block])
      if (await isTooFar(head.height, source)) return heard
      if (said.kind !== 'block' || said.block.block.header.height >= head.height) break
    }
  } catch (error) {
    if (signal.aborted) return heard
    log(`catching up was interrupted: ${error instanceof Error ? error.message : String(error)}`)
  }
  return heard
}
