import { type CertifiedBlock, encodeAs, genesisCodec } from '../../ledger/index.ts'
import {
  followSlots,
  LEDGER_REFUSAL_CODES,
  type LedgerHandler,
  type LedgerRefusal,
  serveLedger
} from '../../protocols/ledger/index.ts'
import type { Network } from '../network/index.ts'
import type { Courier } from './courier.ts'
import { lightAnswers } from './light-answers.ts'
import type { Replica } from './replica.ts'

/** Serves this node's copy of the ledger to anybody, and passes transactions on to a coordinator. */
export async function serveLedgerProtocol(
  network: Network,
  replica: Replica,
  courier: Courier
): Promise<void> {
  const slots = followSlots()
  const handler = handlerOf(replica, courier)
  await network.serve('ledger', (stream, remote) =>
    serveLedger(stream, handler, { peer: remote.peer, slots })
  )
}

function handlerOf(replica: Replica, courier: Courier): LedgerHandler {
  return {
    ...lightAnswers(replica),
    async submit(transactions) {
      const answers = await courier.deliver(transactions)
      return answers.map(answer => answer && refusalOf(answer))
    },
    head: () => ({ height: replica.state().height, hash: replica.tip.block }),
    genesis: () => encodeAs(genesisCodec, replica.state().genesis),
    blocks(fromHeight, signal) {
      const next = replica.state().height + 1
      if (fromHeight <= next) return blocksFrom(replica, fromHeight, signal)
      return {
        code: 'HEIGHT_UNKNOWN',
        message: `block ${fromHeight} is beyond the next one here, ${next}`
      }
    }
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
