import { type AccountRecord, type Signer, signCandidateProof } from '../../ledger/index.ts'
import type { ElectionView, Input } from '../api/index.ts'
import { requireAccount, requireFullNode, type ServiceContext } from './context.ts'
import { viewElection } from './election-view.ts'
import { dollars, submit } from './machines.ts'
import { findByName } from './names.ts'
import { refuse } from './refuse.ts'

/** As many as a candidacy holds. */
const ADDRESSES_MAX = 8

export function showElection(context: ServiceContext, nodeKey: Signer): Promise<ElectionView> {
  const { ledger, network, accountId: account } = context
  const isConnected = network.isConnected.bind(network)
  const viewer = { nodeKey: nodeKey.publicKey, account, isConnected }
  return ledger.read(state => viewElection(state, viewer))
}

/** This node's key says that it is this node's account that stands. */
export async function stand(
  context: ServiceContext,
  nodeKey: Signer,
  input: Input<'election.stand'>
): Promise<ElectionView> {
  const account = await requireAccount(context)
  requireFullNode(context, 'a coordinator')
  const addresses = (input.addresses ?? context.network.addresses()).slice(0, ADDRESSES_MAX)
  const proof = signCandidateProof(
    context.ledger.context.network,
    account.id,
    account.nonce + 1,
    nodeKey
  )
  await submit(context, { type: 'stand', key: nodeKey.publicKey, addresses, proof })
  return showElection(context, nodeKey)
}

export async function withdraw(context: ServiceContext, nodeKey: Signer): Promise<ElectionView> {
  await requireAccount(context)
  await submit(context, { type: 'withdraw-candidacy' })
  return showElection(context, nodeKey)
}

export async function vote(
  context: ServiceContext,
  nodeKey: Signer,
  input: Input<'election.vote'>
): Promise<ElectionView> {
  await requireAccount(context)
  const all = await context.ledger.read(state => [...state.candidates()])
  const standing = all
    .filter(({ status }) => status === 'standing')
    .map(({ account, name }) => ({ uuid: account, name }))
  const candidates = input.candidates.map(
    wanted =>
      findByName('candidate', wanted, standing, each => each.name, 'virtuoso election show').uuid
  )
  await submit(context, { type: 'vote', candidates })
  return showElection(context, nodeKey)
}

/** New money, by the account that the genesis names as issuer. */
export async function issue(
  context: ServiceContext,
  input: Input<'account.issue'>
): Promise<AccountRecord> {
  await requireAccount(context)
  const to = await context.ledger.read(
    state => state.accountNamed(input.account) ?? state.account(input.account)
  )
  if (to === undefined) {
    throw refuse('NOT_FOUND', 'not-found', `no account is called "${input.account}"`)
  }
  await submit(context, { type: 'issue', to: to.id, amount: dollars(input.amount, 'amount') })
  return (await context.ledger.read(state => state.account(to.id))) ?? to
}
