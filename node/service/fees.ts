import {
  feesEarned,
  formatDollars,
  type PublicKey,
  type Signer,
  type StateReader,
  signFeesProof
} from '../../ledger/index.ts'
import type { FeesView } from '../api/index.ts'
import { requireAccount, type ServiceContext } from './context.ts'
import { submit } from './machines.ts'

export function showFees({ ledger }: ServiceContext, nodeKey: Signer): Promise<FeesView> {
  return ledger.read(state => viewFees(state, nodeKey.publicKey))
}

function viewFees(state: StateReader, key: PublicKey): FeesView {
  const { parameters } = state.genesis
  const earned = feesEarned(state, key)
  const isMember = state.epoch.members.some(member => member.key === key)
  return {
    openFee: formatDollars(parameters.openFee),
    registerFee: formatDollars(parameters.registerFee),
    transactionFee: formatDollars(parameters.transactionFee),
    paid: formatDollars(state.fees),
    part:
      isMember || earned > 0n
        ? {
            earned: formatDollars(earned),
            collected: formatDollars(state.collectedBy(key))
          }
        : null
  }
}

/** The coordinator's key signs that its part shall go to the account of this node. */
export async function collectFees(context: ServiceContext, nodeKey: Signer): Promise<FeesView> {
  const account = await requireAccount(context)
  const proof = signFeesProof(
    context.ledger.context.network,
    account.id,
    account.nonce + 1,
    nodeKey
  )
  await submit(context, { type: 'collect-fees', coordinator: nodeKey.publicKey, proof })
  return showFees(context, nodeKey)
}
