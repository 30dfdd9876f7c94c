/** What happened to one account: its money and its machines, block by block, while the ledger is replayed. */
import {
  type AccountId,
  type AccountRecord,
  type Block,
  type CertifiedBlock,
  type Crypto,
  formatDollars,
  hashHeader,
  hashTransaction,
  isTransactionIn,
  type LedgerState,
  type MachineRecord,
  proveTransaction,
  type ResultCode
} from '../../ledger/index.ts'

export interface Movement {
  readonly height: number
  readonly atMs: number
  /** Dollars, with a minus where they went out. */
  readonly change: string
  readonly balance: string
  /** Machines of the account that were charged in this block, with their charges. */
  readonly charged: readonly { readonly machine: string; readonly amount: string }[]
}

export interface MachineStep {
  readonly height: number
  readonly atMs: number
  readonly machine: string
  readonly name: string
  /** null: it is gone. */
  readonly version: number | null
  readonly state: string | null
  readonly holder: string | null
}

/** A transaction that the account signed, with the way to the transaction root of its block's header. */
export interface ProvedTransaction {
  readonly height: number
  readonly block: string
  readonly hash: string
  readonly type: string
  readonly result: ResultCode
  readonly proof: {
    readonly index: number
    readonly size: number
    readonly path: readonly string[]
  }
  /** Whether the proof leads there. */
  readonly holds: boolean
}

export class AccountTrail {
  readonly movements: Movement[] = []
  readonly machines: MachineStep[] = []
  readonly transactions: ProvedTransaction[] = []
  readonly #wanted: string
  readonly #crypto: Crypto
  #id: AccountId | undefined

  /** `wanted` is a user name or an account's id. */
  constructor(wanted: string, crypto: Crypto) {
    this.#wanted = wanted
    this.#crypto = crypto
  }

  /** undefined until the account has been opened. */
  get id(): AccountId | undefined {
    return this.#id
  }

  take({ block }: CertifiedBlock, before: LedgerState, after: LedgerState): void {
    const account = this.#find(after)
    if (account === undefined) return
    const machines = pairs(account.id, before, after)
    this.#noteMoney(before.account(account.id), account, machines, after)
    for (const [old, now] of machines) this.#noteMachine(old, now, after)
    this.#noteTransactions(block, account)
  }

  #find(after: LedgerState): AccountRecord | undefined {
    const found =
      this.#id === undefined
        ? (after.accountNamed(this.#wanted) ?? after.account(this.#wanted))
        : after.account(this.#id)
    this.#id ??= found?.id
    return found
  }

  #noteMoney(
    before: AccountRecord | undefined,
    { balance }: AccountRecord,
    machines: readonly MachinePair[],
    { height, timeMs }: LedgerState
  ): void {
    const change = balance - (before?.balance ?? 0n)
    const charged = machines.flatMap(([old, now]) => {
      const spent = (now?.billing.spent ?? 0n) - (old?.billing.spent ?? 0n)
      if (now === undefined || spent <= 0n) return []
      return [{ machine: now.uuid, amount: formatDollars(spent) }]
    })
    if (change === 0n && charged.length === 0) return
    this.movements.push({
      height,
      atMs: timeMs,
      change: signedDollars(change),
      balance: formatDollars(balance),
      charged
    })
  }

  #noteMachine(
    old: MachineRecord | undefined,
    now: MachineRecord | undefined,
    { height, timeMs }: LedgerState
  ): void {
    const machine = now ?? old
    if (machine === undefined) return
    const same =
      old?.version === now?.version && old?.state === now?.state && old?.holder === now?.holder
    if (same) return
    this.machines.push({
      height,
      atMs: timeMs,
      machine: machine.uuid,
      name: machine.configuration.name,
      version: now?.version ?? null,
      state: now?.state ?? null,
      holder: now?.holder ?? null
    })
  }

  #noteTransactions(block: Block, { id }: AccountRecord): void {
    const crypto = this.#crypto
    for (const [at, signed] of block.transactions.entries()) {
      const { signer, body } = signed.transaction
      if (signer.kind !== 'account' || signer.id !== id) continue
      const proof = proveTransaction(block, at, crypto)
      const { result, ...way } = proof
      this.transactions.push({
        height: block.header.height,
        block: hashHeader(block.header, crypto),
        hash: hashTransaction(signed, crypto),
        type: body.type,
        result,
        proof: way,
        holds: isTransactionIn(block.header, signed, proof, crypto)
      })
    }
  }
}

type MachinePair = readonly [old: MachineRecord | undefined, now: MachineRecord | undefined]

function pairs(owner: AccountId, before: LedgerState, after: LedgerState): readonly MachinePair[] {
  const old = new Map([...before.machines(owner)].map(machine => [machine.uuid, machine]))
  const now = new Map([...after.machines(owner)].map(machine => [machine.uuid, machine]))
  const all = [...new Set([...old.keys(), ...now.keys()])]
  return all
    .map((uuid): MachinePair => [old.get(uuid), now.get(uuid)])
    .filter(([one, other]) => one !== other)
}

function signedDollars(amount: bigint): string {
  return amount < 0n ? `-${formatDollars(-amount)}` : formatDollars(amount)
}
