import { type CertifiedBlock, encodeAs, genesisCodec } from '../../ledger/index.ts'
import {
  LEDGER_REFUSAL_CODES,
  type LedgerHandler,
  type LedgerRefusal,
  ledgerSlots,
  serveLedger
} from '../../protocols/ledger/index.ts'
import type { Clock } from '../clock.ts'
import type { Network } from '../network/index.ts'
import type { SnapshotKeeper } from './chain-keeper.ts'
import type { Courier } from './courier.ts'
import { headerOf } from './hand-overs.ts'
import { lightAnswers } from './light-answers.ts'
import type { Replica } from './replica.ts'
import { ServedSnapshots } from './served-snapshots.ts'

export interface LedgerServerOptions {
  readonly network: Network
  readonly replica: Replica
  readonly courier: Courier
  readonly keeper: Pick<SnapshotKeeper, 'handOver'>
  readonly clock: Clock
}

/** Serves this node's copy of the ledger to anybody, and passes transactions on to a coordinator. */
export async function serveLedgerProtocol(options: LedgerServerOptions): Promise<void> {
  const { network } = options
  const slots = ledgerSlots()
  const handler = handlerOf(options)
  await network.serve('ledger', (stream, remote) =>
    serveLedger(stream, handler, { peer: remote.peer, slots })
  )
}

function handlerOf({ replica, courier, keeper, clock }: LedgerServerOptions): LedgerHandler {
  const snapshots = new ServedSnapshots(replica, clock)
  return {
    ...lightAnswers(replica, keeper),
    async submit(transactions) {
      const answers = await courier.deliver(transactions)
      return answers.map(answer => answer && refusalOf(answer))
    },
    head: () => ({ height: replica.state().height, hash: replica.tip.block }),
    genesis: () => encodeAs(genesisCodec, replica.state().genesis),
    blocks(fromHeight, signal) {
      const next = replica.state().height + 1
      const first = replica.baseHeight + 1
      const message =
        fromHeight > next
          ? `block ${fromHeight} is beyond the next one here, ${next}`
          : `this node began from a snapshot and holds no block before ${first}: ask another for ${fromHeight}`
      if (fromHeight > next || fromHeight < first) return { code: 'HEIGHT_UNKNOWN', message }
      return blocksFrom(replica, fromHeight, signal)
    },
    async snapshots() {
      const { height } = replica.state()
      const [newest] = replica.newestFrom(height)
      if (newest !== undefined) return { head: headerOf(newest), offers: snapshots.offers() }
      return { code: 'HEIGHT_UNKNOWN', message: 'no block has come here since the start' }
    },
    chunk: request => snapshots.chunk(request)
  }
}

function refusalOf({ code, message }: { code: string; message: string }): LedgerRefusal {
  const known = LEDGER_REFUSAL_CODES.find(each => each === code)
  return { code: known ?? (code as LedgerRefusal['code']), message }
}

/** What is stored, then each new block as it becomes final. */
async function* blocksFrom(
  replica: Replica,
  fromHeight: number,
  signal: AbortSignal
): AsyncGenerator<CertifiedBlock, void, void> {
  let next = fromHeight
  while (!signal.aborted) {
    const newest = replica.newestFrom(next)
    for await (const certified of newest.length > 0 ? newest : replica.blocks(next)) {
      if (signal.aborted) return
      yield certified
      next = certified.block.header.height + 1
    }
    await replica.until(state => state.height >= next, signal).catch(() => undefined)
  }
}
