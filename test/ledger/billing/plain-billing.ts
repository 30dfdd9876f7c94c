import type { Body, MachineRecord } from '../../../ledger/index.ts'
import type { Market } from '../apply/market.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000

/** What a machine's owner has bought and not used up, told in time that is left. */
interface Account {
  owner: string
  provider: string
  storagePrice: bigint
  storagePeriodMs: number
  storagePaidUntilMs: number
  firstRefusedMs: number | null
  runningPrice: bigint
  runningPeriodMs: number
  runningLeftMs: number
  limitLeft: bigint
  runs: boolean
  move: { escrow: bigint; deadlineMs: number } | null
}

/**
 * A second opinion on the bills: no queue and no due times, every machine is looked at every minute. It is
 * told which transactions were applied, never what they cost.
 */
export class PlainBilling {
  readonly balances: Map<string, bigint> = new Map()
  readonly #machines: Map<string, Account> = new Map()
  #nowMs: number

  constructor(startMs: number) {
    this.#nowMs = startMs
  }

  advanceTo(timeMs: number): void {
    while (this.#nowMs < timeMs) {
      this.#nowMs += MINUTE_MS
      for (const uuid of [...this.#machines.keys()].sort()) this.#minute(uuid)
    }
  }

  /** A transaction was applied; `market` is read for who holds what under which contract. */
  applied(market: Market, body: Body): void {
    switch (body.type) {
      case 'confirm':
        this.#confirmed(market, body.order.order)
        return
      case 'fell':
      case 'suspend-unpaid':
        this.#of(body.machine).runs = false
        return
      case 'open-migration': {
        const migration = market.state.migration(body.machine)
        if (migration === undefined) throw new Error('an opened move is not open')
        const { deadlineMs, contract } = migration
        const account = this.#of(body.machine)
        account.move = { escrow: contract.storagePrice, deadlineMs }
        this.#credit(account.owner, -contract.storagePrice)
        return
      }
      case 'heartbeat': {
        const move = this.#of(body.machine).move
        const migration = market.state.migration(body.machine)
        if (move !== null && migration !== undefined) move.deadlineMs = migration.deadlineMs
        return
      }
      case 'commit-migration': {
        const moved = this.#contracted(market, market.machine(body.machine))
        this.#machines.set(body.machine, moved)
        this.#credit(moved.provider, moved.storagePrice)
        return
      }
      case 'abort-migration':
        this.#undo(this.#of(body.machine))
        return
      case 'open-account':
      case 'register-host':
      case 'register-machine':
      case 'edit-machine':
      case 'discard-machine':
      case 'cancel-orders':
        return
      case 'seal':
      case 'give-notice':
      case 'evict':
      case 'release':
      case 'release-contract':
      case 'declare-lost':
      case 'raise-limit':
      case 'collect-fees':
      case 'alive':
        throw new Error(`${body.type} is not traded yet`)
    }
  }

  #confirmed(
    market: Market,
    order: { verb: string; machine: string; spendLimit: bigint | null }
  ): void {
    if (order.verb === 'store') {
      const account = this.#contracted(market, market.machine(order.machine))
      this.#machines.set(order.machine, account)
      this.#pay(account, account.storagePrice)
      return
    }
    const account = this.#of(order.machine)
    if (order.verb === 'delete') this.#machines.delete(order.machine)
    account.runs = order.verb === 'start' || order.verb === 'resume'
    if (!account.runs) return
    account.limitLeft = order.spendLimit ?? 0n
    if (account.runningLeftMs === 0) this.#nextSlice(account)
  }

  #minute(uuid: string): void {
    const account = this.#of(uuid)
    if (account.move?.deadlineMs === this.#nowMs) this.#undo(account)
    if (account.runs) {
      account.runningLeftMs -= MINUTE_MS
      if (account.runningLeftMs === 0) this.#nextSlice(account)
    }
    const asks = account.firstRefusedMs ?? this.#nowMs
    if (account.storagePaidUntilMs > this.#nowMs || (this.#nowMs - asks) % HOUR_MS !== 0) return
    while (account.storagePaidUntilMs <= this.#nowMs && this.#pay(account, account.storagePrice)) {
      account.storagePaidUntilMs += account.storagePeriodMs
    }
    account.firstRefusedMs = account.storagePaidUntilMs <= this.#nowMs ? asks : null
  }

  #nextSlice(account: Account): void {
    const price = account.runningPrice
    account.runs = account.limitLeft >= price && this.#pay(account, price)
    if (!account.runs) return
    account.limitLeft -= price
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
      storagePrice: contract.storagePrice,
      storagePeriodMs,
      storagePaidUntilMs: this.#nowMs + storagePeriodMs,
      firstRefusedMs: null,
      runningPrice: contract.runningPrice,
      runningPeriodMs: contract.runningPeriodS * 1_000,
      runningLeftMs: 0,
      limitLeft: 0n,
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
