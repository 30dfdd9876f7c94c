import {
  type AgreementMessage,
  type Genesis,
  genesisTip,
  membersOf,
  type PublicKey,
  type Signer,
  type Tip
} from '../../ledger/index.ts'
import { toyCrypto } from '../support/toy-crypto.ts'
import type { Chance } from './chance.ts'
import type { Clockwork } from './clockwork.ts'
import { LIES, Liar } from './liars/index.ts'

/** How long a liar goes on after its epoch. */
const FORMER_LIES_MS = 2_000
/** One liar in so many is two copies of one key. */
const TWIN_ONE_IN = 7

export interface CastPlan {
  readonly genesis: Genesis
  readonly signers: readonly Signer[]
  /** Size of the first set. */
  readonly members: number
  /** Sets follow each other by votes. */
  readonly epochs: boolean
  /** Nobody lies on a quiet day. */
  readonly quiet: boolean
  readonly chance: Chance
  readonly clockwork: Clockwork
  readonly post: (from: number, to: PublicKey | null, bytes: Uint8Array) => void
}

/** Which members lie, and how: at most as many as the set can bear. */
export class Cast {
  readonly #plan: CastPlan
  readonly #ways: ReadonlyMap<number, readonly string[]>
  readonly #liars = new Map<number, Liar>()

  constructor(plan: CastPlan) {
    this.#plan = plan
    this.#ways = plan.quiet ? new Map() : chooseLiars(plan)
  }

  /** What the liars do, one entry for each. */
  get names(): readonly string[] {
    return [...this.#ways].map(([at, ways]) => `${at}: ${ways.join(' + ')}`)
  }

  get places(): ReadonlySet<number> {
    return new Set(this.#ways.keys())
  }

  lies(at: number): boolean {
    return this.#ways.has(at)
  }

  isTwin(at: number): boolean {
    return this.#ways.get(at)?.includes('twin') ?? false
  }

  /** Makes the liar at this place of the first set ready. */
  seat(at: number): void {
    if (at < this.#plan.members) this.#lie(at, genesisTip(this.#plan.genesis, toyCrypto))
  }

  begin(): void {
    for (const liar of this.#liars.values()) liar.begin()
  }

  rest(): void {
    for (const liar of this.#liars.values()) liar.rest()
  }

  /** Liars hear everything at once, and each other as well. */
  hear(at: number, message: AgreementMessage): void {
    const liar = this.#liars.get(at)
    if (liar !== undefined) this.#plan.clockwork.after(1, () => liar.hear(message))
  }

  /** A set has been elected: the liars in it begin. */
  beginEpoch(tip: Tip): void {
    for (const at of this.#ways.keys()) {
      const key = this.#plan.signers[at]?.publicKey
      if (membersOf(tip).some(member => member.key === key)) this.#lie(at, tip)
    }
  }

  /** A liar lies in one epoch, and for a while after it as if it were still in office. */
  #lie(at: number, root: Tip): void {
    const { signers, clockwork, chance, post } = this.#plan
    const ways = this.#ways.get(at) ?? []
    const signer = signers[at]
    if (signer === undefined) throw new Error(`there is no member ${at}`)
    const former = this.#liars.get(at)
    clockwork.after(FORMER_LIES_MS, () => former?.rest())
    const lies = LIES.filter(({ name }) => ways.includes(name))
    const says = (to: PublicKey | null, bytes: Uint8Array): void => post(at, to, bytes)
    const liar = new Liar({ signer, root, clockwork, chance, lies, post: says })
    this.#liars.set(at, liar)
    if (former !== undefined || root.state.height > 0) liar.begin()
  }
}

function chooseLiars({ signers, members, epochs, chance }: CastPlan) {
  const lying = new Map<number, readonly string[]>()
  if (chance.oneIn(4)) return lying
  const most = epochs ? 1 : Math.floor((members - 1) / 3)
  // One alone cannot be a liar.
  const may = signers.map((_, at) => at).slice(epochs && members === 1 ? 1 : 0)
  for (const at of chance.shuffled(may).slice(0, most)) {
    const lies = chance.some(LIES.map(({ name }) => name)).slice(0, chance.between(1, 3))
    lying.set(at, chance.oneIn(TWIN_ONE_IN) && !epochs ? ['twin'] : lies)
  }
  return lying
}
