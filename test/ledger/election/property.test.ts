/**
 * Elections as they come: people open accounts, stand, vote, withdraw and are told on, in blocks that one chain builds and
 * another executes. After each block everything is held against the plain rules of `plain-elections.ts`.
 */
import assert from 'node:assert/strict'
import { env } from 'node:process'
import { test } from 'node:test'
import {
  accountIdOf,
  type Body,
  buildBlock,
  chainContext,
  changes,
  checkInvariants,
  checkStep,
  executeBlock,
  feesEarned,
  type Genesis,
  genesisTip,
  membersOf,
  restoreState,
  type SignedTransaction,
  type Signer,
  setHashOf,
  signCandidateProof,
  signTransaction,
  signVote,
  type Tip
} from '../../../ledger/index.ts'
import * as sample from '../../support/ledger-samples.ts'
import { seededRandom } from '../../support/seeded-random.ts'
import { toyCrypto, toySigner } from '../../support/toy-crypto.ts'
import { type PlainAct, PlainElections, type PlainTerms } from './plain-elections.ts'

const BLOCKS = 400
const FOUNDERS = ['f0', 'f1', 'f2', 'f3']
const PEOPLE = ['anna', 'bert', 'carl', 'dora', 'emil', 'fred', 'gert', 'hans', 'ines', 'jule']
const MINT = 'mint'
const TERMS: PlainTerms = {
  epochBlocks: 24,
  tallyBlocks: 6,
  bond: 1_001n,
  turnoutPercent: 10,
  sizeMax: 7,
  silenceViews: 15,
  fee: 3n,
  grant: 1_500n
}

const given = env['ELECTION_SEED']
const SEEDS = given === undefined ? [1, 2, 3, 4, 5, 6] : [Number(given)]
/** What happened in any run: the runs are worth nothing if it is too little. */
const met = new Set<string>()

class World {
  readonly #random: ReturnType<typeof seededRandom>
  readonly #genesis: Genesis
  readonly #context: ReturnType<typeof chainContext>
  readonly #plain: PlainElections
  readonly #store = new Map<string, Uint8Array>()
  #tip: Tip
  /** Of transactions that are in the block being made. */
  readonly #nonces = new Map<string, number>()
  /** Accounts that go without a word: never in a certificate. */
  #mute = ''

  constructor(seed: number) {
    this.#random = seededRandom(seed)
    // In every other run so many have to vote that sets stay on for want of it.
    const terms = { ...TERMS, turnoutPercent: seed % 2 === 0 ? 90 : 10 }
    const { fee, grant, ...election } = terms
    this.#genesis = {
      ...sample.genesis,
      issuer: toySigner(MINT).publicKey,
      coordinators: FOUNDERS.map(name => ({ name, key: nodeOf(name).publicKey })),
      parameters: {
        ...sample.genesis.parameters,
        signupGrant: grant,
        transactionFee: fee,
        election: { ...election, epochMs: 2 ** 40, sizeMax: 7 }
      }
    }
    this.#context = chainContext(this.#genesis, toyCrypto)
    this.#tip = genesisTip(this.#genesis, toyCrypto)
    this.#plain = new PlainElections(terms, { founders: FOUNDERS, issuer: MINT, idOf })
  }

  run(): void {
    this.#block([MINT, ...PEOPLE].map(by => ({ type: 'open', by })))
    for (let block = 0; block < BLOCKS; block++) {
      if (this.#chance(3)) this.#mute = this.#pick(this.#plain.members)
      const count = this.#random.integer(4)
      this.#block(Array.from({ length: count }, () => this.#act()))
    }
  }

  #act(): PlainAct {
    const by = this.#pick(PEOPLE)
    const standing = [...this.#plain.candidates].filter(([, { status }]) => status === 'standing')
    const names = standing.map(([name]) => name)
    const roll = this.#random.integer(100)
    if (roll < 12) {
      return { type: 'issue', to: by, amount: BigInt(1 + this.#random.integer(2_500)) }
    }
    if (roll < 50) return { type: 'stand', by }
    if (roll < 56) return { type: 'withdraw', by }
    if (roll < 58) return { type: 'tell', by, on: this.#pick([...PEOPLE, ...FOUNDERS]) }
    const voter = this.#chance(3) ? MINT : by
    if (this.#chance(4)) return { type: 'vote', by: voter, names: [this.#pick(PEOPLE)] }
    return { type: 'vote', by: voter, names: names.filter(() => this.#chance(60)) }
  }

  /** Builds the block of those acts that can be paid for, executes it elsewhere, and compares. */
  #block(acts: readonly PlainAct[]): void {
    const before = this.#tip
    const plain = this.#plain
    plain.height += 1
    this.#nonces.clear()
    const applied: boolean[] = []
    const transactions: SignedTransaction[] = []
    for (const act of acts) {
      const by = act.type === 'issue' ? MINT : act.by
      if (act.type !== 'open' && !plain.affords(by)) continue
      transactions.push(this.#signed(by, act))
      applied.push(plain.act(act))
      met.add(`${act.type}: ${applied.at(-1)}`)
    }
    const voters = this.#voters()
    const { block } = this.#build(transactions, voters)
    const run = executeBlock(before, block, this.#setHash(), this.#context)
    assert.ok(run.ok, run.ok ? '' : run.fault.message)
    assert.deepEqual(
      block.results.map(result => result === null),
      applied,
      block.results.join()
    )
    const handsOver = plain.endBlock(voters)
    assert.equal(block.header.nextSet !== null, handsOver)
    this.#tip = run.tip
    this.#compare()
    this.#keep(before)
    this.#note()
  }

  #build(transactions: readonly SignedTransaction[], voters: readonly string[]) {
    const tip = this.#tip
    const epoch = tip.state.epoch.epoch
    const view = epoch === tip.epoch ? tip.view + 1 : 1
    const timeMs = tip.state.timeMs + 1_000
    const parentVotes = this.#plain.members.reduce(
      (mask, name, at) => (voters.includes(name) ? mask | (1 << at) : mask),
      0
    )
    const proposal = { epoch, view, timeMs, setHash: this.#setHash(), parentVotes, transactions }
    const built = buildBlock(tip, proposal, this.#context)
    assert.deepEqual(built.excluded, [])
    return built
  }

  /** Nobody in the first block of an epoch; else all but one, or those who are not mute. */
  #voters(): readonly string[] {
    const tip = this.#tip
    if (tip.state.epoch.epoch !== tip.epoch || tip.view === 0) return []
    return this.#plain.members.filter(name => name !== this.#mute)
  }

  #setHash(): string {
    return setHashOf(membersOf(this.#tip), toyCrypto)
  }

  #signed(by: string, act: PlainAct): SignedTransaction {
    const { state } = this.#tip
    const id = idOf(by)
    const nonce = (this.#nonces.get(by) ?? state.account(id)?.nonce ?? 0) + 1
    this.#nonces.set(by, nonce)
    const signer = { kind: 'account', id } as const
    const body = this.#body(by, nonce, act)
    const transaction = { signer, nonce, expiryHeight: state.height + 5, feeMax: 9n, body }
    return signTransaction(state.network, transaction, toySigner(by))
  }

  #body(by: string, nonce: number, act: PlainAct): Body {
    const { network } = this.#tip.state
    switch (act.type) {
      case 'open':
        return { type: 'open-account', name: by, kind: 'buyer', key: toySigner(by).publicKey }
      case 'issue':
        return { type: 'issue', to: idOf(act.to), amount: act.amount }
      case 'stand': {
        const node = nodeOf(by)
        const proof = signCandidateProof(network, idOf(by), nonce, node)
        return { type: 'stand', key: node.publicKey, addresses: [], proof }
      }
      case 'withdraw':
        return { type: 'withdraw-candidacy' }
      case 'vote':
        return { type: 'vote', candidates: act.names.map(idOf) }
      case 'tell': {
        const at = { epoch: this.#plain.epoch, view: 7 }
        const node = nodeOf(act.on)
        const first = signVote(network, { kind: 'nullify', ...at, block: null }, node)
        const block = sample.someHash
        const second = signVote(network, { kind: 'finalize', ...at, block }, node)
        return { type: 'evidence', evidence: { first, second } }
      }
    }
  }

  #compare(): void {
    const { state } = this.#tip
    const plain = this.#plain
    for (const [name, balance] of plain.balances) {
      assert.equal(state.account(idOf(name))?.balance, balance, `balance of ${name}`)
    }
    const { epoch } = state
    const found = {
      epoch: epoch.epoch,
      members: epoch.members.map(({ key }) => key),
      runnersUp: epoch.runnersUp.map(({ key }) => key),
      end: epoch.endHeight,
      next: epoch.elected?.members.map(({ key }) => key),
      nextUp: epoch.elected?.runnersUp.map(({ key }) => key),
      held: epoch.held,
      burned: state.burned,
      candidates: [...state.candidates()].map(({ key, bond, status, served }) => [
        key,
        bond,
        status,
        served
      ]),
      ballots: [...state.ballots()].map(({ voter, candidates }) => [voter, candidates])
    }
    assert.deepEqual(found, {
      epoch: plain.epoch,
      members: plain.members.map(keyOf),
      runnersUp: plain.runnersUp.map(keyOf),
      end: plain.end,
      next: plain.next?.members.map(keyOf),
      nextUp: plain.next?.runnersUp.map(keyOf),
      held: plain.held,
      burned: plain.burned,
      candidates: byId(plain.candidates).map(([name, { bond, status, served }]) => [
        keyOf(name),
        bond,
        status,
        served
      ]),
      ballots: byId(plain.ballots).map(([name, names]) => [idOf(name), names.map(idOf)])
    })
    for (const name of [...FOUNDERS, ...PEOPLE]) {
      if (plain.members.includes(name)) continue
      assert.equal(feesEarned(state, keyOf(name)), plain.earned.get(name) ?? 0n, `fees of ${name}`)
    }
  }

  /** A store that is fed with changes only holds the same state; and every invariant holds. */
  #keep(before: Tip): void {
    const { state } = this.#tip
    for (const { key, value } of changes(before.state, state)) {
      if (value === null) this.#store.delete(key)
      else this.#store.set(key, value)
    }
    const broken = [...checkInvariants(state), ...checkStep(before.state, state)]
    assert.deepEqual(
      broken.filter(({ ok }) => !ok),
      []
    )
    if (state.height % 40 !== 0) return
    const restored = restoreState(this.#genesis, toyCrypto, state, this.#store)
    assert.equal(restored.root(), state.root())
  }

  #note(): void {
    const { members, held, end, next } = this.#plain
    met.add(`a set of ${members.length}`)
    if (held === 3) met.add('held three times')
    if (end !== null && next === null) throw new Error('an end without a successor')
    if (!members.every(name => FOUNDERS.includes(name)) && members.includes(this.#mute)) {
      met.add('a mute member')
    }
    for (const { status, served } of this.#plain.candidates.values()) {
      if (status === 'withdrawn' && served !== null) met.add('a bond that waits')
    }
  }

  #pick<T>(items: readonly T[]): T {
    const item = items[this.#random.integer(items.length)]
    if (item === undefined) throw new Error('nothing to pick from')
    return item
  }

  #chance(percent: number): boolean {
    return this.#random.integer(100) < percent
  }
}

function nodeOf(name: string): Signer {
  return toySigner(`node of ${name}`)
}

function keyOf(name: string): string {
  return nodeOf(name).publicKey
}

function idOf(name: string): string {
  return accountIdOf(toySigner(name).publicKey, toyCrypto)
}

function byId<T>(entries: ReadonlyMap<string, T>): (readonly [string, T])[] {
  return [...entries].sort(([one], [other]) => (idOf(one) < idOf(other) ? -1 : 1))
}

for (const seed of SEEDS) {
  test(`seed ${seed}: ${BLOCKS} blocks of elections are what the plain rules say`, () => {
    new World(seed).run()
  })
}

test('the runs met what they are for', { skip: given !== undefined }, () => {
  const wanted = [
    ...['stand', 'withdraw', 'vote', 'tell'].flatMap(type => [`${type}: true`, `${type}: false`]),
    'issue: true',
    'a set of 1',
    'a set of 4',
    'a set of 7',
    'held three times',
    'a mute member',
    'a bond that waits'
  ]
  assert.deepEqual(
    wanted.filter(each => !met.has(each)),
    []
  )
})
