import type {
  AccountKind,
  AccountRecord,
  BodyType,
  HostRecord,
  Rejection,
  SignerRef
} from '../records/index.ts'
import type { Draft, StateReader } from '../state/index.ts'
import { reject } from './rejection.ts'

/** Who may send what. `either`: a party of a move, the owner's account or the destination host. */
export const SENDERS: Readonly<Record<BodyType, SignerRef['kind'] | 'either'>> = {
  'open-account': 'account',
  'register-host': 'account',
  'register-machine': 'account',
  'edit-machine': 'account',
  'discard-machine': 'account',
  'cancel-orders': 'account',
  'open-migration': 'account',
  release: 'account',
  'release-contract': 'account',
  'declare-lost': 'account',
  'raise-limit': 'account',
  'collect-fees': 'account',
  issue: 'account',
  stand: 'account',
  'withdraw-candidacy': 'account',
  vote: 'account',
  evidence: 'account',
  confirm: 'host',
  fell: 'host',
  'suspend-unpaid': 'host',
  seal: 'host',
  'give-notice': 'host',
  evict: 'host',
  alive: 'host',
  heartbeat: 'host',
  'commit-migration': 'host',
  'abort-migration': 'either'
}

/** The record whose key and nonce a transaction uses. */
export function signerIn(
  state: StateReader,
  signer: SignerRef
): AccountRecord | HostRecord | undefined {
  return signer.kind === 'account' ? state.account(signer.id) : state.host(signer.id)
}

/** Whether a transaction uses a nonce; the others have heights that grow in place of one. */
export function usesNonce(type: BodyType): boolean {
  return type !== 'heartbeat' && type !== 'alive'
}

/** Runs a rule for the account that signed, of whatever kind it is. */
export function byAnyone(
  draft: Draft,
  signer: SignerRef,
  rule: (account: AccountRecord) => Rejection | null
): Rejection | null {
  const account = draft.account(signer.id)
  if (account === undefined) throw new Error(`account ${signer.id} was admitted and is unknown`)
  return rule(account)
}

/** Runs a rule for the account that signed, in a network that elects its coordinators. */
export function byVoter(
  draft: Draft,
  signer: SignerRef,
  rule: (account: AccountRecord) => Rejection | null
): Rejection | null {
  if (draft.genesis.parameters.election !== null) return byAnyone(draft, signer, rule)
  return reject(
    'NO_ELECTIONS',
    `the coordinators of ${draft.genesis.name} are those of its genesis`
  )
}

/** Runs a rule for the account that signed, if it is of the kind that may use it. */
export function byAccount(
  draft: Draft,
  signer: SignerRef,
  kind: AccountKind,
  rule: (account: AccountRecord) => Rejection | null
): Rejection | null {
  return byAnyone(draft, signer, account => {
    if (account.kind === kind) return rule(account)
    return reject(
      'WRONG_ACCOUNT_KIND',
      `only a ${kind} may do this: ${account.name} is a ${account.kind}`
    )
  })
}

/** Runs a rule for the host that signed. */
export function byHost(
  draft: Draft,
  signer: SignerRef,
  rule: (host: HostRecord) => Rejection | null
): Rejection | null {
  const host = draft.host(signer.id)
  if (host === undefined) throw new Error(`host ${signer.id} was admitted and is unknown`)
  return rule(host)
}

/** Uses up the nonce, whatever comes of the rule. An account that does not exist yet has none. */
export function spendNonce(draft: Draft, signer: SignerRef, nonce: number): void {
  if (signer.kind === 'account') {
    const account = draft.account(signer.id)
    if (account !== undefined) draft.putAccount({ ...account, nonce })
    return
  }
  const host = draft.host(signer.id)
  if (host !== undefined) draft.putHost({ ...host, nonce })
}
