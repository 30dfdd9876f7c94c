import { feesEarned, formatDollars, type Signer, signFeesProof } from '../../ledger/index.ts'
import type { FeesView } from '../api/index.ts'
import { requireAccount, type ServiceContext } from './context.ts'
import { submit } from './machines.ts'

export function viewFees({ replica }: ServiceContext, nodeKey: Signer): FeesView {
  const state = replica.state()
  const { parameters } = state.genesis
  const earned = feesEarned(state, nodeKey.publicKey)
  const isMember = state.epoch.members.some(({ key }) => key === nodeKey.publicKey)
  return {
    openFee: formatDollars(parameters.openFee),
    registerFee: formatDollars(parameters.registerFee),
    transactionFee: formatDollars(parameters.transactionFee),
    paid: formatDollars(state.fees),
    part:
      isMember || earned > 0n
        ? {
            earned: formatDollars(earned),
            collected: formatDollars(state.collectedBy(nodeKey.publicKey))
          }
        : null
  }
}

/** The coordinator's key signs that its part shall go to the account of this node. */
export async function collectFees(context: ServiceContext, nodeKey: Signer): Promise<FeesView> {
  const account = requireAccount(context)
  const proof = signFeesProof(context.replica.network, account.id, account.nonce + 1, nodeKey)
  await submit(context, { type: 'collect-fees', coordinator: nodeKey.publicKey, proof })
  return viewFees(context, nodeKey)
}
