/**
 * Elections in plain code: what somebody would write who had only the rules in `ledger/SPEC.md`, and all the time in the
 * world. Everybody is called by name, also in place of account ids and keys.
 */
import { plainCount } from './plain-count.ts'

export interface PlainTerms {
  readonly epochBlocks: number
  readonly tallyBlocks: number
  readonly bond: bigint
  readonly turnoutPercent: number
  readonly sizeMax: number
  readonly silenceViews: number
  readonly fee: bigint
  /** What a new account is given. */
  readonly grant: bigint
}

interface Candidate {
  bond: bigint
  status: 'standing' | 'withdrawn' | 'barred'
  served: number | null
}

interface Next {
  members: string[]
  runnersUp: string[]
}

export type PlainAct =
  | { readonly type: 'open'; readonly by: string }
  | { readonly type: 'issue'; readonly to: string; readonly amount: bigint }
  | { readonly type: 'stand' | 'withdraw'; readonly by: string }
  | { readonly type: 'vote'; readonly by: string; readonly names: readonly string[] }
  | { readonly type: 'tell'; readonly by: string; readonly on: string }

export class PlainElections {
  readonly terms: PlainTerms
  readonly issuer: string
  readonly balances: Map<string, bigint> = new Map()
  readonly candidates: Map<string, Candidate> = new Map()
  readonly ballots: Map<string, readonly string[]> = new Map()
  readonly barred: Set<string> = new Set()
  /** Fees that a coordinator has earned in epochs that are over. */
  readonly earned: Map<string, bigint> = new Map()
  readonly #issues: { to: string; epoch: number; amount: bigint }[] = []
  /** Ids of accounts decide between equals. */
  readonly #idOf: (name: string) => string
  members: string[]
  runnersUp: string[] = []
  epoch = 0
  burned = 0n
  held = 0
  height = 0
  end: number | null = null
  next: Next | null = null
  #start = 0
  #feesLeft = 0n
  #views = 0
  #seen: Map<string, number> = new Map()

  constructor(
    terms: PlainTerms,
    setting: {
      readonly founders: readonly string[]
      readonly issuer: string
      readonly idOf: (name: string) => string
    }
  ) {
    this.terms = terms
    this.members = [...setting.founders]
    this.issuer = setting.issuer
    this.#idOf = setting.idOf
  }

  /** True: applied. Every act costs the fee, but for the first. */
  act(act: PlainAct): boolean {
    if (act.type === 'open') {
      this.#issue(act.by, this.terms.grant)
      return true
    }
    const by = act.type === 'issue' ? this.issuer : act.by
    this.#move(by, -this.terms.fee)
    this.#feesLeft += this.terms.fee
    return this.#applied(act)
  }

  affords(name: string): boolean {
    return (this.balances.get(name) ?? 0n) >= this.terms.fee
  }

  #applied(act: Exclude<PlainAct, { type: 'open' }>): boolean {
    switch (act.type) {
      case 'issue':
        if (!this.balances.has(act.to)) return false
        this.#issue(act.to, act.amount)
        return true
      case 'stand':
        return this.#stand(act.by)
      case 'withdraw':
        return this.#withdraw(act.by)
      case 'vote':
        if (act.by === this.issuer || new Set(act.names).size < act.names.length) return false
        if (!act.names.every(name => this.candidates.get(name)?.status === 'standing')) return false
        if (act.names.length === 0) this.ballots.delete(act.by)
        else this.ballots.set(act.by, act.names)
        return true
      case 'tell':
        return this.#tell(act.by, act.on)
    }
  }

  #stand(name: string): boolean {
    if (this.barred.has(name)) return false
    const candidate = this.candidates.get(name)
    if (candidate !== undefined) {
      candidate.status = 'standing'
      return true
    }
    const { bond } = this.terms
    if ((this.balances.get(name) ?? 0n) < bond) return false
    this.#move(name, -bond)
    this.candidates.set(name, { bond, status: 'standing', served: null })
    return true
  }

  #withdraw(name: string): boolean {
    const candidate = this.candidates.get(name)
    if (candidate?.status !== 'standing') return false
    candidate.status = 'withdrawn'
    if (candidate.served === null && !this.#isSeated(name)) this.#return(name)
    return true
  }

  #tell(by: string, on: string): boolean {
    if (this.barred.has(on)) return false
    const candidate = this.candidates.get(on)
    if (candidate === undefined && !this.members.includes(on)) return false
    this.barred.add(on)
    if (candidate !== undefined) {
      this.#move(by, candidate.bond / 2n)
      this.burned += candidate.bond - candidate.bond / 2n
      this.candidates.set(on, { ...candidate, bond: 0n, status: 'barred' })
    }
    this.#replace(on)
    return true
  }

  #isSeated(name: string): boolean {
    return this.members.includes(name) || this.next?.members.includes(name) === true
  }

  #return(name: string): void {
    this.#move(name, this.candidates.get(name)?.bond ?? 0n)
    this.candidates.delete(name)
  }

  #replace(name: string): void {
    const next = this.next ?? { members: this.members, runnersUp: this.runnersUp }
    const serves = this.members.includes(name)
    if (!serves && !next.members.includes(name)) return
    let { members, runnersUp } = next
    if (members.includes(name)) {
      const taker = runnersUp.find(
        each => this.candidates.get(each)?.status === 'standing' && !next.members.includes(each)
      )
      if (taker === undefined) return
      members = members.map(each => (each === name ? taker : each))
      runnersUp = runnersUp.filter(each => each !== taker && each !== name)
    }
    this.next = { members, runnersUp }
    if (serves) this.end = Math.min(this.end ?? Number.POSITIVE_INFINITY, this.height + 20)
  }

  /** `voters` are those of the parent's certificate. True: the next block is of another epoch. */
  endBlock(voters: readonly string[]): boolean {
    this.#attend(voters)
    const { epochBlocks, tallyBlocks } = this.terms
    if (this.next === null && this.height >= this.#start + epochBlocks - tallyBlocks) this.#tally()
    if (this.end !== this.height) return false
    this.#endEpoch()
    return true
  }

  #attend(voters: readonly string[]): void {
    if (voters.length === 0 || this.members.length === 1) return
    this.#views += 1
    for (const name of voters) this.#seen.set(name, (this.#seen.get(name) ?? 0) + 1)
    if (this.#views < this.terms.silenceViews) return
    const silent = this.members.filter(name => (this.#seen.get(name) ?? 0) < this.#views / 10)
    for (const name of silent) this.#replace(name)
    this.#views = 0
    this.#seen = new Map()
  }

  weightOf(name: string): bigint {
    if (name === this.issuer) return 0n
    const young = this.#issues.filter(({ to, epoch }) => to === name && epoch > this.epoch - 2)
    const weight = young.reduce((sum, { amount }) => sum - amount, this.balances.get(name) ?? 0n)
    return weight > 0n ? weight : 0n
  }

  #tally(): void {
    const ballots = [...this.ballots].map(([voter, names]) => ({
      weight: this.weightOf(voter),
      names: names.map(this.#idOf)
    }))
    const standing = [...this.candidates].filter(([, { status }]) => status === 'standing')
    const names = new Map(standing.map(([name]) => [this.#idOf(name), name]))
    const order = plainCount([...names.keys()], ballots, names.size).map(id => names.get(id) ?? '')
    const size = [7, 4, 1].find(each => each <= order.length && each <= this.terms.sizeMax)
    const cast = ballots.reduce((sum, { weight }) => sum + weight, 0n)
    const old = this.#issues.filter(({ epoch }) => epoch < this.epoch - 1)
    const possible = old.reduce((sum, { amount }) => sum + amount, -this.burned)
    const enough =
      cast * 100n >= BigInt(this.terms.turnoutPercent) * (possible > 0n ? possible : 0n)
    this.end = this.height + this.terms.tallyBlocks
    if (size === undefined || !(enough || this.held >= 3)) {
      this.held = size === undefined ? 0 : this.held + 1
      this.next = { members: this.members, runnersUp: this.runnersUp }
    } else {
      this.held = 0
      const runnersUp = order.slice(size, size + 16)
      this.next = { members: order.slice(0, size), runnersUp }
    }
  }

  #endEpoch(): void {
    const part = this.#feesLeft / BigInt(this.members.length)
    for (const name of this.members) {
      this.earned.set(name, (this.earned.get(name) ?? 0n) + part)
      this.#feesLeft -= part
      const candidate = this.candidates.get(name)
      if (candidate !== undefined) candidate.served = this.epoch
    }
    for (const [name, { status, served }] of this.candidates) {
      if (status !== 'withdrawn' || this.#isSeated(name)) continue
      if (served === null || served + 2 <= this.epoch) this.#return(name)
    }
    if (this.next === null) throw new Error('an epoch ends and nobody comes next')
    this.members = this.next.members
    this.runnersUp = this.next.runnersUp
    this.next = null
    this.end = null
    this.epoch += 1
    this.#start = this.height
    this.#views = 0
    this.#seen = new Map()
  }

  #issue(to: string, amount: bigint): void {
    this.#move(to, amount)
    this.#issues.push({ to, epoch: this.epoch, amount })
  }

  #move(name: string, amount: bigint): void {
    this.balances.set(name, (this.balances.get(name) ?? 0n) + amount)
  }
}
