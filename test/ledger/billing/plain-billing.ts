import type { Body, MachineRecord, Parameters, SignedTransaction } from '../../../ledger/index.ts'
import type { Market } from '../apply/market.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
/** Periods after the one in which a host was heard, in which its machines still run. */
const PATIENT_PERIODS = 3

/** What a machine's owner has bought and not used up, told in time that is left. */
interface Account {
  owner: string
  provider: string
  host: string
  storagePrice: bigint
  storagePeriodMs: number
  storagePaidUntilMs: number
  firstRefusedMs: number | null
  runningPrice: bigint
  runningPeriodMs: number
  runningLeftMs: number
  limit: bigint
  spent: bigint
  runs: boolean
  move: { escrow: bigint; deadlineMs: number } | null
}

/**
 * A second opinion on the bills: no queue, no due times and no clocks, every machine is looked at every minute.
 * It is told which transactions were taken, never what they cost.
 */
export class PlainBilling {
  readonly balances: Map<string, bigint> = new Map()
  readonly #machines: Map<string, Account> = new Map()
  /** The period in which each host was heard last. */
  readonly #heard: Map<string, number> = new Map()
  readonly #parameters: Parameters
  readonly #coordinators: number
  readonly #collected: Map<string, bigint> = new Map()
  #fees: bigint
  #nowMs: number
  /** Minutes in which the ledger stood still do not count in it. */
  #uptimeMs: number

  /** Begins with what the market is before its first machine is stored. */
  constructor({ state }: Market) {
    this.#nowMs = state.timeMs
    this.#uptimeMs = state.timeMs
    this.#parameters = state.genesis.parameters
    this.#coordinators = state.genesis.coordinators.length
    this.#fees = state.fees
    for (const { id, balance } of state.accounts()) this.balances.set(id, balance)
    for (const { uuid } of state.hosts()) this.#heard.set(uuid, this.#period(state.timeMs))
  }

  /** A block came: hosts that have seen none for a lease have paused their machines until now. */
  advanceTo(timeMs: number): void {
    const pausedFromMs = this.#nowMs + this.#parameters.leaseMs
    while (this.#nowMs < timeMs) {
      this.#nowMs += MINUTE_MS
      const paused = this.#nowMs > pausedFromMs
      for (const uuid of [...this.#machines.keys()].sort()) this.#minute(uuid, paused)
      if (!paused) this.#uptimeMs += MINUTE_MS
    }
  }

  /** A transaction stands in a block; `market` is read for who holds what under which contract. */
  taken(market: Market, { transaction }: SignedTransaction, applied: boolean): void {
    const { signer, body } = transaction
    const payer = signer.kind === 'account' ? signer.id : market.hostNow(signer.id).owner
    const fee = this.#fee(body, applied)
    this.#credit(payer, -fee)
    this.#fees += fee
    if (applied) this.#applied(market, signer.id, body)
  }

  #fee(body: Body, applied: boolean): bigint {
    if (body.type === 'alive') return 0n
    const registers = body.type === 'register-machine' || body.type === 'register-host'
    return applied && registers ? this.#parameters.registerFee : this.#parameters.transactionFee
  }

  #applied(market: Market, signer: string, body: Body): void {
    switch (body.type) {
      case 'confirm':
        this.#confirmed(market, body.order.order)
        return
      case 'fell':
      case 'suspend-unpaid':
      case 'release':
        this.#of(body.machine).runs = false
        return
      case 'raise-limit': {
        const account = this.#of(body.machine)
        account.limit = body.spendLimit
        if (!account.runs) this.#nextSlice(account)
        return
      }
      case 'evict':
        this.#machines.delete(body.machine)
        return
      case 'release-contract':
        this.#settle(this.#of(body.machine))
        this.#machines.delete(body.machine)
        return
      case 'declare-lost':
        this.#settle(this.#of(body.machine))
        this.#machines.delete(body.machine)
        if (body.heir !== null) this.#store(market, body.machine)
        return
      case 'open-migration': {
        const migration = market.state.migration(body.machine)
        if (migration === undefined) throw new Error('an opened move is not open')
        const { deadlineMs, contract } = migration
        const account = this.#of(body.machine)
        this.#settle(account)
        account.move = { escrow: contract.storagePrice, deadlineMs }
        this.#credit(account.owner, -contract.storagePrice)
        return
      }
      case 'heartbeat': {
        const { move } = this.#of(body.machine)
        const migration = market.state.migration(body.machine)
        if (move !== null && migration !== undefined) move.deadlineMs = migration.deadlineMs
        return
      }
      case 'commit-migration': {
        this.#settle(this.#of(body.machine))
        const moved = this.#contracted(market, market.machine(body.machine))
        this.#machines.set(body.machine, moved)
        this.#credit(moved.provider, moved.storagePrice)
        return
      }
      case 'abort-migration':
        this.#undo(this.#of(body.machine))
        return
      case 'alive':
        this.#heard.set(signer, this.#period(this.#uptimeMs))
        return
      case 'collect-fees': {
        const part = this.#fees / BigInt(this.#coordinators)
        this.#credit(signer, part - (this.#collected.get(body.coordinator) ?? 0n))
        this.#collected.set(body.coordinator, part)
        return
      }
      case 'issue':
        this.#credit(body.to, body.amount)
        return
      case 'stand':
      case 'withdraw-candidacy':
      case 'vote':
      case 'evidence':
        throw new Error('nobody is elected in the markets of this model')
      case 'open-account':
      case 'register-host':
      case 'register-machine':
      case 'edit-machine':
      case 'discard-machine':
      case 'cancel-orders':
      case 'seal':
      case 'give-notice':
        return
    }
  }

  #confirmed(
    market: Market,
    order: { verb: string; machine: string; spendLimit: bigint | null }
  ): void {
    if (order.verb === 'store') {
      this.#store(market, order.machine)
      return
    }
    const account = this.#of(order.machine)
    if (order.verb === 'delete') {
      this.#settle(account)
      this.#machines.delete(order.machine)
    }
    account.runs = order.verb === 'start' || order.verb === 'resume'
    if (!account.runs) return
    account.limit = order.spendLimit ?? 0n
    account.spent = 0n
    if (account.runningLeftMs === 0) this.#nextSlice(account)
  }

  #store(market: Market, uuid: string): void {
    const account = this.#contracted(market, market.machine(uuid))
    this.#machines.set(uuid, account)
    this.#pay(account, account.storagePrice)
  }

  #minute(uuid: string, paused: boolean): void {
    const account = this.#of(uuid)
    if (account.move?.deadlineMs === this.#nowMs) this.#undo(account)
    if (account.runs && !paused && !this.#isSilent(account.host)) {
      account.runningLeftMs -= MINUTE_MS
      if (account.runningLeftMs === 0) this.#nextSlice(account)
    }
    const asks = account.firstRefusedMs ?? this.#nowMs
    if (account.storagePaidUntilMs > this.#nowMs || (this.#nowMs - asks) % HOUR_MS !== 0) return
    this.#settle(account)
    account.firstRefusedMs = account.storagePaidUntilMs <= this.#nowMs ? asks : null
  }

  /** Whether the minute that begins now is one of silence. */
  #isSilent(host: string): boolean {
    const heard = this.#heard.get(host)
    if (heard === undefined) throw new Error(`host ${host} never was`)
    return this.#period(this.#uptimeMs) > heard + PATIENT_PERIODS
  }

  #period(uptimeMs: number): number {
    return Math.floor(uptimeMs / this.#parameters.alivePeriodMs)
  }

  /** Pays for the storage periods that have begun, as far as the money goes. */
  #settle(account: Account): void {
    while (account.storagePaidUntilMs <= this.#nowMs && this.#pay(account, account.storagePrice)) {
      account.storagePaidUntilMs += account.storagePeriodMs
    }
    if (account.storagePaidUntilMs > this.#nowMs) account.firstRefusedMs = null
  }

  #nextSlice(account: Account): void {
    const price = account.runningPrice
    account.runs = account.spent + price <= account.limit && this.#pay(account, price)
    if (!account.runs) return
    account.spent += price
    account.runningLeftMs = account.runningPeriodMs
  }

  #undo(account: Account): void {
    this.#credit(account.owner, account.move?.escrow ?? 0n)
    account.move = null
  }

  #pay(account: Account, amount: bigint): boolean {
    if ((this.balances.get(account.owner) ?? 0n) < amount) return false
    this.#credit(account.owner, -amount)
    this.#credit(account.provider, amount)
    return true
  }

  #credit(name: string, amount: bigint): void {
    this.balances.set(name, (this.balances.get(name) ?? 0n) + amount)
  }

  #contracted(market: Market, { owner, contract }: MachineRecord): Account {
    if (contract === null) throw new Error('a machine was stored without a contract')
    const storagePeriodMs = contract.storagePeriodDays * 24 * HOUR_MS
    return {
      owner,
      provider: market.hostNow(contract.host).owner,
      host: contract.host,
      storagePrice: contract.storagePrice,
      storagePeriodMs,
      storagePaidUntilMs: this.#nowMs + storagePeriodMs,
      firstRefusedMs: null,
      runningPrice: contract.runningPrice,
      runningPeriodMs: contract.runningPeriodS * 1_000,
      runningLeftMs: 0,
      limit: 0n,
      spent: 0n,
      runs: false,
      move: null
    }
  }

  #of(uuid: string): Account {
    const account = this.#machines.get(uuid)
    if (account === undefined) throw new Error(`${uuid} was never stored`)
    return account
  }
}
