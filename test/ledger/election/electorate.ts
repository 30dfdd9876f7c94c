/** A market with elections: accounts are called by their name, coordinators' keys are `node of NAME`. */
import assert from 'node:assert/strict'
import {
  type ElectionParameters,
  endBlock,
  type Member,
  parseDollars,
  type Rejection,
  type SignedVote,
  type VoteSubject
} from '../../../ledger/index.ts'
import { GENESIS, Market, signatureOf } from '../apply/market.ts'

export const ELECTION: ElectionParameters = {
  epochBlocks: 10,
  epochMs: 86_400_000,
  tallyBlocks: 3,
  bond: parseDollars('100'),
  turnoutPercent: 10,
  sizeMax: 7,
  silenceViews: 20
}

export const FOUNDERS = ['f1', 'f2', 'f3', 'f4'] as const

export function keyOf(name: string): string {
  return `node of ${name}`
}

export class Electorate {
  readonly market: Market

  constructor(election: Partial<ElectionParameters> = {}, founders: readonly string[] = FOUNDERS) {
    this.market = new Market({
      ...GENESIS,
      issuer: 'key of mint',
      coordinators: founders.map(name => ({ name, key: keyOf(name) })),
      parameters: { ...GENESIS.parameters, election: { ...ELECTION, ...election } }
    })
  }

  get state(): Market['state'] {
    return this.market.state
  }

  /** Accounts with the grant of the genesis. */
  open(...names: readonly string[]): void {
    for (const name of names) this.market.open(name, 'buyer')
  }

  stand(name: string, key: string = keyOf(name)): Rejection | null {
    const addresses = ['/ip4/10.0.0.1/tcp/7144']
    return this.market.by(name, { type: 'stand', key, addresses, proof: signatureOf(key) })
  }

  withdraw(name: string): Rejection | null {
    return this.market.by(name, { type: 'withdraw-candidacy' })
  }

  vote(name: string, ...candidates: readonly string[]): Rejection | null {
    return this.market.by(name, { type: 'vote', candidates })
  }

  accuse(reporter: string, first: SignedVote, second: SignedVote): Rejection | null {
    return this.market.by(reporter, { type: 'evidence', evidence: { first, second } })
  }

  /** Ends the block and begins the next one. Gives the set that the block hands over to. */
  nextBlock(parentVotes = 0): readonly Member[] | null {
    const next = endBlock(this.state, parentVotes)
    this.market.after(1_000)
    return next
  }

  /** Up to the first block of the next epoch; gives the names of its members. */
  nextEpoch(): string[] {
    const { epoch } = this.state.epoch
    for (let block = 0; this.state.epoch.epoch === epoch; block++) {
      assert.ok(block < 1_000, 'the epoch does not end')
      this.nextBlock()
    }
    return this.state.epoch.members.map(({ name }) => name)
  }
}

export function voteOf(name: string, subject: VoteSubject): SignedVote {
  const signer = keyOf(name)
  return { subject, vote: { signer, signature: signatureOf(signer) } }
}

/** Two NOTARIZE votes of one key in one view. */
export function doubleVote(name: string, epoch = 0): readonly [SignedVote, SignedVote] {
  const at = { kind: 'notarize', epoch, view: 3 } as const
  return [voteOf(name, { ...at, block: 'one' }), voteOf(name, { ...at, block: 'other' })]
}
