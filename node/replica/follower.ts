import { setTimeout as delay } from 'node:timers/promises'
import type { PublicKey } from '../../ledger/index.ts'
import { askHead, follow } from '../../protocols/ledger/index.ts'
import type { Network } from '../network/index.ts'
import type { Replica } from './replica.ts'

export interface FollowerOptions {
  readonly network: Network
  readonly replica: Replica
  /** Coordinators first: they have a block before anybody else. */
  readonly coordinators: () => readonly PublicKey[]
  /** Told the height that a peer says it has. True: this node will not come there by following, and is about to stop. */
  readonly isTooFar?: ((height: number, peer: PublicKey) => Promise<boolean>) | undefined
  readonly log: (message: string, fields?: Record<string, string>) => void
}

export interface Follower {
  /** Height that a peer last said it has; what this node may still lack. */
  readonly knownHeight: () => number
  /** Resolves once this node has every block that the peer it follows had when it was asked. */
  caughtUp(signal: AbortSignal): Promise<void>
  /** Resolves when the last block has been dealt with. */
  stop(): Promise<void>
}

/**
 * A coordinator makes a block at least every 5 s, so a longer silence is a dead connection or a stuck peer:
 * another one is followed. Whoever waits for a transaction waits no longer than this for its block.
 */
const SILENCE_MS = 8_000
/** Asked for its head a peer that is well answers at once. */
const HEAD_MS = 3_000
const RETRY_MS = { first: 100, most: 5_000 }

/** Follows the chain from one peer at a time; every block is checked here, so any peer will do. */
export function startFollower(options: FollowerOptions): Follower {
  const stopping = new AbortController()
  const position = { known: 0, heard: false, waiting: new Set<() => void>() }
  const running = followForEver(options, position, stopping.signal)
  return {
    knownHeight: () => position.known,
    caughtUp: signal => waitUntilCaughtUp(options, position, signal),
    async stop() {
      stopping.abort(new Error('nobody follows any more'))
      await running
    }
  }
}

interface Position {
  known: number
  heard: boolean
  readonly waiting: Set<() => void>
}

async function followForEver(
  options: FollowerOptions,
  position: Position,
  signal: AbortSignal
): Promise<void> {
  let retryMs = RETRY_MS.first
  for (let turn = 0; !signal.aborted; turn++) {
    const source = await chooseSource(options, turn)
    const progressed = source !== undefined && (await followOne(options, source, position, signal))
    retryMs = progressed ? RETRY_MS.first : Math.min(retryMs * 2, RETRY_MS.most)
    await delay(retryMs, undefined, { signal, ref: false }).catch(() => undefined)
  }
}

/** True if a block or a ping was good, so that the next attempt need not wait long. */
async function followOne(
  options: FollowerOptions,
  source: PublicKey,
  position: Position,
  signal: AbortSignal
): Promise<boolean> {
  const { network, replica } = options
  let heard = false
  try {
    // The head is asked first: without it nobody could say whether this node has caught up.
    const head = await askHead(await network.open('ledger', source, { signal }), {
      signal,
      idleMs: HEAD_MS
    })
    if (head.kind === 'refused') throw new Error(`${head.code}: ${head.message}`)
    // A peer's own claim: it counts while that peer is followed, and not beyond.
    position.known = head.height
    note(position, replica.state().height)
    if ((await options.isTooFar?.(head.height, source)) === true) return true
    const stream = await network.open('ledger', source, { signal })
    for await (const said of follow(stream, replica.state().height + 1, {
      signal,
      idleMs: SILENCE_MS
    })) {
      if (said.kind === 'refused') throw new Error(`${said.code}: ${said.message}`)
      if (said.kind === 'block') await replica.append(said.block)
      // Nobody had a snapshot before; somebody may have one by now.
      if ((await options.isTooFar?.(position.known, source)) === true) return true
      heard = true
      note(position, said.kind === 'ping' ? said.height : replica.state().height)
    }
  } catch (error) {
    if (!signal.aborted) {
      options.log(
        `following the ledger was interrupted: ${error instanceof Error ? error.message : String(error)}`
      )
    }
  }
  return heard
}

function note(position: Position, height: number): void {
  position.known = Math.max(position.known, height)
  position.heard = true
  for (const wake of position.waiting) wake()
}

async function chooseSource(
  options: FollowerOptions,
  turn: number
): Promise<PublicKey | undefined> {
  const serving = await options.network.serving('ledger')
  const first = options.coordinators().filter(key => key !== options.network.key)
  const rest = serving.filter(key => !first.includes(key))
  const candidates = [...first, ...rest]
  return candidates[turn % Math.max(1, candidates.length)]
}

async function waitUntilCaughtUp(
  { replica }: FollowerOptions,
  position: Position,
  signal: AbortSignal
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const look = (): void => {
      if (!position.heard || replica.state().height < position.known) return
      position.waiting.delete(look)
      resolve()
    }
    position.waiting.add(look)
    signal.addEventListener('abort', () => {
      position.waiting.delete(look)
      reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'))
    })
    look()
  })
}
