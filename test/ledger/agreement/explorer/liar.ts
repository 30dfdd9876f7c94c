/** What the liar sends beside its votes: two blocks on each parent that it can justify, and what a rule refuses. */
import type {
  Block,
  Notarization,
  Nullification,
  QuorumCertificate,
  Vote,
  VoteSubject
} from '../../../../ledger/index.ts'
import type { Letters, Packet, Sayers } from './letters.ts'
import { MEMBERS } from './setting.ts'
import type { Named } from './town.ts'

const HOUR_MS = 3_600_000

/** What justifies a lie's block is left out. */
interface Bare {
  readonly parent: boolean
  readonly gap: boolean
}

const JUSTIFIED: Bare = { parent: false, gap: false }

export class Liar {
  readonly #letters: Letters
  readonly #seen = new Set<string>()

  constructor(letters: Letters) {
    this.#letters = letters
  }

  /** At the start: it can give up every view, and build on the genesis. */
  begin(): void {
    const { views } = this.#letters.setting
    for (let view = 1; view <= views; view++) {
      this.#letters.quorumOf('nullify', view, null)
      this.#forge('nullify', view, null)
    }
    this.#buildOn(null)
  }

  /** A block has been shown by its honest maker: it is voted for and built upon. */
  see(block: Named): void {
    if (this.#seen.has(block.hash)) return
    this.#seen.add(block.hash)
    const { view } = block.block.header
    this.#letters.quorumOf('notarize', view, block.hash)
    this.#letters.quorumOf('finalize', view, block.hash)
    for (const kind of ['notarize', 'finalize'] as const) this.#forge(kind, view, block)
    this.#buildOn(block)
  }

  #buildOn(parent: Named | null): void {
    const { liar, views, lies } = this.#letters.setting
    const first = (parent?.block.header.view ?? 0) + 1
    for (let view = first; view <= views; view++) {
      if (view % MEMBERS === liar) this.#lead(view, parent)
      else if (lies.has('leaderProposes')) this.#usurp(view, parent)
    }
  }

  #lead(view: number, parent: Named | null): void {
    const { lies } = this.#letters.setting
    const { town } = this.#letters
    const blocks = [1, 2].map(afterMs => town.register(town.draft({ view, parent, afterMs })))
    for (const block of blocks) this.see(block)
    const [a, b] = blocks
    if (a === undefined || b === undefined) return
    // The two differ in nothing but their names: whoever votes for one of them first votes for `a`.
    const after = [this.#letters.quorumOf('notarize', view, a.hash).id]
    this.#propose(a, parent, JUSTIFIED, [])
    this.#propose(b, parent, JUSTIFIED, after)
    if (lies.has('nullifiedGap')) this.#propose(a, parent, { parent: false, gap: true }, [])
    if (lies.has('notarizedParent')) this.#propose(a, parent, { parent: true, gap: false }, [])
    if (lies.has('execution')) this.#flawed(wrongRoot(a.block), parent, 'its state root is wrong')
    if (lies.has('timeBounds')) {
      const late = town.draft({ view, parent, afterMs: HOUR_MS })
      this.#flawed(late, parent, 'it is of the next hour')
    }
  }

  #usurp(view: number, parent: Named | null): void {
    const block = this.#letters.town.draft({ view, parent, afterMs: 3 })
    this.#flawed(block, parent, 'its view is led by another')
  }

  #flawed(block: Block, parent: Named | null, flaw: string): void {
    const named = this.#letters.town.register(block, flaw)
    this.see(named)
    this.#propose(named, parent, JUSTIFIED, [])
  }

  #propose(named: Named, parent: Named | null, bare: Bare, after: readonly number[]): void {
    const { view } = named.block.header
    const parentView = parent?.block.header.view ?? 0
    const gap = bare.gap ? [] : between(parentView, view)
    // The same message as the justified one.
    if ((bare.gap && between(parentView, view).length === 0) || (bare.parent && !parent)) return
    const proven = bare.parent ? null : parent
    const proof = proven === null ? [] : [this.#notarize(proven)]
    const needs = [...proof, ...gap.map(at => this.#letters.quorumOf('nullify', at, null).id)]
    const how = bare.gap ? ', its gap not given up' : bare.parent ? ', its parent not shown' : ''
    const on = parent === null ? 'the genesis' : parent.name
    const shown = bare.parent ? this.#shown(parent) : []
    this.#letters.add(`propose ${named.name} on ${on}${how}`, {
      kind: 'lie',
      needs,
      after: [...after, ...shown],
      packets: sayers => this.#proposal(named, proven, gap, sayers)
    })
  }

  /** It knows of its own blocks, and of others' when their makers have voted for them. */
  #shown(named: Named | null): readonly number[] {
    if (named === null) return []
    const isOwn =
      named.flaw !== null || named.block.header.view % MEMBERS === this.#letters.setting.liar
    return isOwn ? this.#shown(named.parent) : [this.#notarize(named)]
  }

  #notarize({ block, hash }: Named): number {
    return this.#letters.quorumOf('notarize', block.header.view, hash).id
  }

  #proposal(
    { block, hash }: Named,
    proven: Named | null,
    gap: readonly number[],
    sayers: Sayers
  ): readonly Packet[] {
    const { liar } = this.#letters.setting
    const { view } = block.header
    const { vote } = this.#letters.sign({ kind: 'propose', epoch: 0, view, block: hash }, liar)
    const parentView = proven?.block.header.view ?? 0
    const parent =
      proven === null
        ? null
        : this.#letters.certificate('notarize', parentView, proven.hash, sayers)
    const nullifications = gap.map(at => this.#letters.certificate('nullify', at, null, sayers))
    return [
      this.#letters.packet(liar, {
        type: 'propose',
        block,
        parent: parent as Notarization | null,
        nullifications: nullifications as Nullification[],
        vote
      })
    ]
  }

  /** Certificates that only the liar signed. */
  #forge(kind: QuorumCertificate['kind'], view: number, named: Named | null): void {
    const { liar, lies } = this.#letters.setting
    const block = named?.hash ?? null
    const subject = { kind, epoch: 0, view, block } as VoteSubject
    const own = this.#letters.sign(subject, liar).vote
    const what = `${kind} ${named?.name ?? view}`
    if (lies.has('distinctSigners'))
      this.#lie(`${what} by one, thrice`, named, subject, [own, own, own])
    if (lies.has('fullQuorum')) this.#lie(`${what} by one, once`, named, subject, [own])
    if (!lies.has('signatures')) return
    const others = [0, 1, 2, 3].filter(at => at !== liar).map(at => this.#letters.town.keyOf(at))
    const forged = others.map(signer => ({ signer, signature: own.signature }))
    this.#lie(`${what} in others' names`, named, subject, forged)
  }

  #lie(name: string, named: Named | null, subject: VoteSubject, votes: readonly Vote[]): void {
    const certificate = { ...subject, votes } as QuorumCertificate
    this.#letters.add(name, {
      kind: 'lie',
      after: this.#shown(named),
      packets: () => [
        this.#letters.packet(this.#letters.setting.liar, { type: 'certificate', certificate })
      ]
    })
  }
}

function between(parentView: number, view: number): readonly number[] {
  return Array.from({ length: view - parentView - 1 }, (_, at) => parentView + 1 + at)
}

function wrongRoot(block: Block): Block {
  const { header } = block
  return { ...block, header: { ...header, stateRoot: header.setHash } }
}
