import assert from 'node:assert/strict'
import {
  type AccountKind,
  type ApplyContext,
  applyTransaction,
  type Bid,
  type Body,
  type Configuration,
  checkInvariants,
  checkStep,
  type Genesis,
  type HostRecord,
  type MachineRecord,
  type Offer,
  type Order,
  type OrderVerb,
  type Prices,
  parseDollars,
  type Rejection,
  type RejectionCode,
  type Resources,
  type ResultCode,
  runDues,
  type SignedAcceptance,
  type SignedOffer,
  type SignedOrder,
  type SignedTransaction,
  type SignerRef,
  type StatementChecks,
  usesNonce
} from '../../../ledger/index.ts'
import { NaiveState } from '../../support/naive-state.ts'

export const START_MS = 1_100_000_000_000
export const HOUR_MS = 3_600_000
export const DAY_MS = 86_400_000
export const EXPIRES_AT = 900

export const GENESIS: Genesis = {
  name: 'test',
  dev: true,
  timeMs: START_MS,
  issuer: 'issuer key',
  coordinators: [{ name: 'one', key: 'coordinator key' }],
  parameters: {
    signupGrant: parseDollars('1000'),
    migrationDeadlineMs: 60_000,
    migrationHardLimitMs: 150_000,
    expiryHeightsMax: 1_000,
    // So long that nobody is silent and nothing stands still in tests about something else.
    alivePeriodMs: 2 ** 40,
    leaseMs: 2 ** 40,
    graceMs: 14 * DAY_MS,
    retentionMs: 7 * DAY_MS,
    openFee: 0n,
    registerFee: 0n,
    transactionFee: 0n,
    election: null
  }
}

/** A signature in these tests says whose it is; anything else is forged. */
export function signatureOf(key: string): string {
  return `by ${key}`
}

export const STATEMENTS: StatementChecks = {
  offerHash: ({ offer }) => `hash of ${offer.host} #${offer.sequence}`,
  offerIsBy: (signed, key) => signed.signature === signatureOf(key),
  orderIsBy: (signed, key) => signed.signature === signatureOf(key),
  acceptanceIsBy: (signed, key) => signed.signature === signatureOf(key),
  receiptIsBy: (signed, key) => signed.signature === signatureOf(key),
  hostProofIsBy: (_account, _nonce, key, proof) => proof === signatureOf(key),
  feesProofIsBy: (_account, _nonce, key, proof) => proof === signatureOf(key),
  candidateProofIsBy: (_account, _nonce, key, proof) => proof === signatureOf(key),
  voteIsSigned: ({ vote }) => vote.signature === signatureOf(vote.signer),
  accountIdOf: key => key.replace('key of ', ''),
  machineUuidOf: (owner, nonce) => `machine ${owner}/${nonce}`,
  hostUuidOf: (owner, nonce) => `host ${owner}/${nonce}`,
  migrationIdOf: (machine, version, _owner, nonce) => `move ${machine} v${version} n${nonce}`
}

export const CONTEXT: ApplyContext = {
  crypto: {
    sha256: bytes => bytes,
    sha256Text: bytes => Buffer.from(bytes).toString('latin1'),
    verify: () => true
  },
  statements: STATEMENTS
}

/** alex's prices of figure 33: Configuration1 costs 3 / 30 days and 0.002016 / 3600 seconds. */
export const ALEX_PRICES: Prices = {
  speedUnit: 1_000,
  speedPrice: parseDollars('0.0000001'),
  memoryUnitMb: 4,
  memoryPrice: parseDollars('0.00000001'),
  storageUnitMb: 100,
  storagePrice: parseDollars('0.1'),
  runningPeriodS: 3_600,
  storagePeriodDays: 30
}

export const CONFIGURATION1: Configuration = {
  name: 'Configuration1',
  processor: 'Pentium3',
  os: 'win98',
  speed: 4_000,
  memoryMb: 64,
  storageMb: 100,
  image: null
}

export const BID: Bid = { storagePer30Days: parseDollars('3'), runningPerHour: parseDollars('1') }
export const TOTALS: Resources = { speed: 98_000, memoryMb: 14_328, storageMb: 98_950 }

/**
 * A ledger of one block after another in a naive store, which checks every invariant after each transaction.
 * Accounts are called by their name, which is their id.
 */
export class Market {
  state: NaiveState
  /** Told of all that happens, in order. */
  witness: Witness | null = null
  /** What happened, block by block, so that it can be done again under other cuts. */
  readonly blocks: RecordedBlock[] = []

  constructor(genesis: Genesis = GENESIS) {
    this.state = new NaiveState(genesis, 'network')
    this.blockAt(genesis.timeMs)
  }

  /** Begins the next block. */
  blockAt(timeMs: number): void {
    this.#change(() => {
      const parentMs = this.state.timeMs
      this.state = this.state.draftOf(this.state.height + 1, timeMs)
      this.blocks.push({ height: this.state.height, timeMs, sent: [] })
      runDues(this.state, parentMs)
    })
    this.witness?.block(timeMs)
  }

  after(ms: number): void {
    this.blockAt(this.state.timeMs + ms)
  }

  /** As the signer's next transaction, unless told otherwise. */
  send(
    signer: SignerRef,
    body: Body,
    changed: { nonce?: number; expiryHeight?: number; feeMax?: bigint } = {}
  ): Rejection | null {
    const record =
      signer.kind === 'account' ? this.state.account(signer.id) : this.state.host(signer.id)
    const nonce = usesNonce(body.type) ? (record?.nonce ?? 0) + 1 : 0
    const transaction = {
      signer,
      nonce,
      expiryHeight: this.state.height + 10,
      feeMax: parseDollars('1'),
      body,
      ...changed
    }
    const signed = { transaction, signature: 'checked by the caller' }
    const rejection = this.#change(() => applyTransaction(this.state, signed, CONTEXT))
    const code = rejection?.code ?? null
    this.blocks.at(-1)?.sent.push({ signed, code })
    this.witness?.sent(signed, code)
    return rejection
  }

  by(account: string, body: Body): Rejection | null {
    return this.send({ kind: 'account', id: account }, body)
  }

  byHost(host: HostRecord, body: Body): Rejection | null {
    return this.send({ kind: 'host', id: host.uuid }, body)
  }

  open(name: string, kind: AccountKind): string {
    const body: Body = { type: 'open-account', name, kind, key: `key of ${name}` }
    assert.equal(this.by(name, body), null)
    return name
  }

  host(owner: string, totals: Resources = TOTALS, processor: string = 'pentium3'): HostRecord {
    const nonce = (this.state.account(owner)?.nonce ?? 0) + 1
    const key = `host key ${owner}/${nonce}`
    const name = `virt${nonce}`
    const proof = signatureOf(key)
    const rejection = this.by(owner, { type: 'register-host', name, processor, totals, key, proof })
    assert.equal(rejection, null)
    return this.hostNow(STATEMENTS.hostUuidOf(owner, nonce))
  }

  register(owner: string, configuration: Configuration = CONFIGURATION1): string {
    const nonce = (this.state.account(owner)?.nonce ?? 0) + 1
    assert.equal(this.by(owner, { type: 'register-machine', configuration, bid: BID }), null)
    return STATEMENTS.machineUuidOf(owner, nonce)
  }

  offer(host: HostRecord, changed: Partial<Offer> = {}): SignedOffer {
    const offer: Offer = {
      host: host.uuid,
      owner: host.owner,
      name: host.name,
      processor: host.processor,
      totals: host.totals,
      free: host.totals,
      prices: ALEX_PRICES,
      connectSpeed: '1GB',
      methods: ['SCP'],
      images: [],
      addresses: [],
      sequence: 1,
      issuedAtMs: this.state.timeMs,
      expiresAtMs: this.state.timeMs + HOUR_MS,
      ...changed
    }
    return { offer, signature: signatureOf(host.key) }
  }

  /** The owner's order for the machine as it is now. */
  order(
    machine: string,
    verb: OrderVerb,
    host: HostRecord,
    changed: Partial<Order> = {}
  ): SignedOrder {
    const { state, version, owner, orderSequence } = this.machine(machine)
    const runs = verb === 'start' || verb === 'resume'
    const order: Order = {
      verb,
      machine,
      host: host.uuid,
      state,
      version,
      sequence: orderSequence + 1,
      offer: verb === 'store' ? this.offer(host) : null,
      spendLimit: runs ? parseDollars('1') : null,
      expiryHeight: EXPIRES_AT,
      ...changed
    }
    return { order, owner, signature: signatureOf(`key of ${owner}`) }
  }

  confirm(host: HostRecord, order: SignedOrder, root?: string | null): Rejection | null {
    const { verb } = order.order
    const sealed =
      verb === 'store' || verb === 'stop' || verb === 'suspend' ? `root of ${verb}` : null
    return this.byHost(host, { type: 'confirm', order, root: root === undefined ? sealed : root })
  }

  /** An order and its confirmation in one. */
  do(
    machine: string,
    verb: OrderVerb,
    host: HostRecord,
    changed: Partial<Order> = {}
  ): Rejection | null {
    return this.confirm(host, this.order(machine, verb, host, changed))
  }

  acceptance(machine: string, host: HostRecord, offer: SignedOffer): SignedAcceptance {
    const acceptance = {
      machine,
      version: this.machine(machine).version,
      destination: host.uuid,
      offer: STATEMENTS.offerHash(offer),
      expiryHeight: EXPIRES_AT
    }
    return { acceptance, signature: signatureOf(host.key) }
  }

  openMove(
    machine: string,
    to: HostRecord,
    changed: Partial<OpenMigration> = {}
  ): Rejection | null {
    return this.by(this.machine(machine).owner, this.moveTo(machine, to, changed))
  }

  moveTo(machine: string, to: HostRecord, changed: Partial<OpenMigration> = {}): OpenMigration {
    const { version, orderSequence } = this.machine(machine)
    const offer = this.offer(to)
    return {
      type: 'open-migration',
      machine,
      version,
      sequence: orderSequence + 1,
      offer,
      acceptance: this.acceptance(machine, to, offer),
      ...changed
    }
  }

  commit(machine: string, by: HostRecord): Rejection | null {
    return this.byHost(by, this.commitBody(machine))
  }

  /** With the receipt of whoever has the key: the origin unless it is said. */
  commitBody(machine: string, key?: string): Extract<Body, { type: 'commit-migration' }> {
    const migration = this.state.migration(machine)
    assert.ok(migration !== undefined)
    const receipt = { migration: migration.id, root: migration.root }
    const signature = signatureOf(key ?? this.hostNow(migration.origin).key)
    return {
      type: 'commit-migration',
      machine,
      migration: migration.id,
      receipt: { receipt, signature }
    }
  }

  machine(uuid: string): MachineRecord {
    const machine = this.state.machine(uuid)
    assert.ok(machine !== undefined, `machine ${uuid} is gone`)
    return machine
  }

  hostNow(uuid: string): HostRecord {
    const host = this.state.host(uuid)
    assert.ok(host !== undefined, `host ${uuid} is unknown`)
    return host
  }

  balance(account: string): bigint {
    return this.state.account(account)?.balance ?? -1n
  }

  /** Leaves an account with exactly so much; the rest goes to another one. */
  setBalance(account: string, amount: bigint, sink: string): void {
    const record = this.state.account(account)
    const other = this.state.account(sink)
    assert.ok(record !== undefined && other !== undefined)
    this.state.putAccount({ ...record, balance: amount })
    this.state.putAccount({ ...other, balance: other.balance + record.balance - amount })
  }

  #change<T>(action: () => T): T {
    const before = this.state.clone()
    const outcome = action()
    const broken = [...checkInvariants(this.state), ...checkStep(before, this.state)].filter(
      invariant => !invariant.ok
    )
    assert.deepEqual(broken, [])
    return outcome
  }
}

export interface Witness {
  block(timeMs: number): void
  sent(signed: SignedTransaction, code: ResultCode): void
}

export interface RecordedBlock {
  readonly height: number
  readonly timeMs: number
  readonly sent: { readonly signed: SignedTransaction; readonly code: ResultCode }[]
}

export type OpenMigration = Extract<Body, { type: 'open-migration' }>

/** The refusal has this code, and its sentence says what the pattern says. */
export function assertRefused(
  rejection: Rejection | null,
  code: RejectionCode,
  message: RegExp = /./
): void {
  assert.equal(rejection?.code, code, rejection?.message)
  assert.match(rejection?.message ?? '', message)
}

/** A buyer, a provider with one host, and one machine stored there at alex's prices. */
export interface Stored {
  readonly market: Market
  readonly machine: string
  readonly host: HostRecord
}

export function storedMarket(): Stored {
  const { market, machine, host } = registeredMarket()
  assert.equal(market.do(machine, 'store', host), null)
  return { market, machine, host }
}

export function registeredMarket(): Stored {
  const market = new Market()
  market.open('buyer', 'buyer')
  market.open('alex', 'provider')
  const host = market.host('alex')
  return { market, machine: market.register('buyer'), host }
}

export function startedMarket(changed: Partial<Order> = {}): Stored {
  const stored = storedMarket()
  assert.equal(stored.market.do(stored.machine, 'start', stored.host, changed), null)
  return stored
}

/** A stored machine and a second provider's host to move it to. */
export function movingMarket(): Stored & { readonly destination: HostRecord } {
  const stored = storedMarket()
  stored.market.open('peter', 'provider')
  const destination = stored.market.host('peter')
  return { ...stored, destination }
}
