/** The lies, one by one; a liar has one or more of them. A lie that says nothing is silence. */
import {
  type Block,
  type Hash,
  hashHeader,
  type PublicKey,
  runDues,
  type Tip,
  type Vote
} from '../../../ledger/index.ts'
import { toyCrypto } from '../../support/toy-crypto.ts'
import type { Ground } from './eyes.ts'
import type { Liar, Lie } from './liar.ts'

const silent: Lie = { name: 'silent' }

/** Two blocks for one view, each for a part of the others; and a vote for every block there is. */
const equivocator: Lie = {
  name: 'equivocator',
  onView(liar, view) {
    const ground = liar.leads(view) ? liar.eyes.ground(view) : undefined
    if (ground === undefined) return
    const others = liar.chance.shuffled(liar.others)
    const half = liar.chance.between(1, others.length - 1)
    const [one, two] = [liar.build(ground.tip, view), liar.build(ground.tip, view, { later: 1 })]
    liar.propose(others.slice(0, half), one, ground)
    liar.propose(others.slice(half), two, ground)
    if (liar.chance.oneIn(2)) liar.propose(others.slice(half), one, ground)
  },
  onBlock(liar, hash, { header }) {
    liar.vote(liar.chance.some(liar.others), 'notarize', header.view, hash)
  },
  onCertificate(liar, { kind, view, block }) {
    if (kind === 'notarize') liar.vote(liar.chance.some(liar.others), 'finalize', view, block)
  }
}

/** Builds on any block that was ever notarized, whatever came after it. */
const staleParent: Lie = {
  name: 'stale-parent',
  onView(liar, view) {
    if (!liar.leads(view)) return
    const newest = liar.eyes.ground(view)
    const grounds = liar.eyes.oldGrounds().filter(({ tip }) => tip.block !== newest?.tip.block)
    const recent = grounds.slice(-6)
    const ground = recent.length === 0 || liar.chance.oneIn(6) ? newest : liar.chance.pick(recent)
    if (ground !== undefined) liar.propose(null, liar.build(ground.tip, view), ground)
  },
  onBlock(liar, hash, { header }) {
    liar.vote(null, 'notarize', header.view, hash)
  },
  onCertificate(liar, { kind, view, block }) {
    if (kind === 'notarize') liar.vote(liar.chance.some(liar.others), 'finalize', view, block)
  }
}

/** Signs NULLIFY and FINALIZE for every view, each for whoever it serves. */
const nullifyAndFinalize: Lie = {
  name: 'nullify-and-finalize',
  onView(liar, view) {
    liar.vote(liar.chance.some(liar.others), 'nullify', view, null)
    if (view > 1) liar.vote(liar.chance.some(liar.others), 'nullify', view - 1, null)
  },
  onBlock(liar, hash, { header }) {
    liar.vote(liar.chance.some(liar.others), 'notarize', header.view, hash)
    liar.vote(liar.chance.some(liar.others), 'finalize', header.view, hash)
  }
}

/** Votes so that one member alone comes to each certificate; passes none on. */
const withholder: Lie = {
  name: 'withholder',
  onView(liar, view) {
    const ground = liar.leads(view) ? liar.eyes.ground(view) : undefined
    if (ground === undefined) return
    const some = liar.chance.shuffled(liar.others).slice(0, liar.eyes.quorum - 1)
    liar.propose(some, liar.build(ground.tip, view), ground)
  },
  onBlock(liar, hash, { header }) {
    const victim = [liar.chance.pick(liar.others)]
    liar.vote(victim, 'notarize', header.view, hash)
    liar.vote(victim, 'finalize', header.view, hash)
  }
}

/** Takes a little more from every account than it owes, and shows the root of that. */
const overcharger: Lie = {
  name: 'overcharger',
  onView(liar, view) {
    const ground = liar.leads(view) ? liar.eyes.ground(view) : undefined
    if (ground !== undefined) liar.propose(null, overcharged(liar, view, ground), ground)
  }
}

function overcharged(liar: Liar, view: number, { tip }: Ground): Block {
  const good = liar.build(tip, view, { transactions: [] })
  const draft = tip.state.draft(good.header.height, good.header.timeMs)
  runDues(draft, tip.state.timeMs)
  const [victim, gainer] = [...draft.accounts()].filter(({ balance }) => balance > 0n)
  if (victim !== undefined && gainer !== undefined) {
    draft.putAccount({ ...victim, balance: victim.balance - 1n })
    draft.putAccount({ ...gainer, balance: gainer.balance + 1n })
  }
  return { ...good, header: { ...good.header, stateRoot: draft.commit().root() } }
}

const badRoot: Lie = {
  name: 'bad-root',
  onView(liar, view) {
    const ground = liar.leads(view) ? liar.eyes.ground(view) : undefined
    if (ground === undefined) return
    const { header, ...rest } = liar.build(ground.tip, view)
    const wrong = liar.chance.pick(['stateRoot', 'logRoot'] as const)
    liar.propose(null, { ...rest, header: { ...header, [wrong]: '77'.repeat(32) } }, ground)
  }
}

/** Blocks from a time that has not come. */
const timeLiar: Lie = {
  name: 'time-liar',
  onView(liar, view) {
    const ground = liar.leads(view) ? liar.eyes.ground(view) : undefined
    if (ground === undefined) return
    const later = liar.chance.pick([1_000, 60_000, 86_400_000])
    liar.propose(null, liar.build(ground.tip, view, { later }), ground)
  }
}

/** Leads where somebody else's turn is. */
const usurper: Lie = {
  name: 'usurper',
  onView(liar, view) {
    const ground = liar.eyes.ground(view)
    if (ground !== undefined) liar.propose(null, liar.build(ground.tip, view, { later: 1 }), ground)
  }
}

/** Certificates that count its own vote as many times as they need. */
const stuffer: Lie = {
  name: 'stuffer',
  onView(liar, view) {
    const stuff = (kind: 'notarize' | 'finalize' | 'nullify', block: Hash | null): void => {
      const { vote } = liar.sign({ kind, epoch: liar.epoch, view, block } as Parameters<
        Liar['sign']
      >[0])
      const votes = Array.from({ length: liar.eyes.quorum }, () => vote)
      liar.tell(liar.chance.some(liar.others), {
        type: 'certificate',
        certificate: liar.certificate(kind, view, block, votes)
      })
    }
    conclude(liar, view, stuff)
  }
}

/** Certificates and votes in the names of others, which they have not signed. */
const forger: Lie = {
  name: 'forger',
  onView(liar, view) {
    const forge = (kind: 'notarize' | 'finalize' | 'nullify', block: Hash | null): void => {
      const votes = liar.members.slice(0, liar.eyes.quorum).map(signer => forgedVote(liar, signer))
      liar.tell(liar.chance.some(liar.others), {
        type: 'certificate',
        certificate: liar.certificate(kind, view, block, votes)
      })
    }
    conclude(liar, view, forge)
  }
}

/** Ends a view by means of its own: its own block where it leads, nothing where it does not. */
function conclude(
  liar: Liar,
  view: number,
  certify: (kind: 'notarize' | 'finalize' | 'nullify', block: Hash | null) => void
): void {
  const ground = liar.leads(view) ? liar.eyes.ground(view) : undefined
  if (ground === undefined) {
    if (liar.chance.oneIn(3)) certify('nullify', null)
    return
  }
  const block = liar.build(ground.tip, view)
  liar.propose(liar.chance.some(liar.others), block, ground)
  const hash = hashHeader(block.header, toyCrypto)
  certify('notarize', hash)
  certify('finalize', hash)
}

function forgedVote(liar: Liar, signer: PublicKey): Vote {
  const { vote } = liar.sign({ kind: 'nullify', epoch: liar.epoch, view: 0, block: null })
  return { signer, signature: vote.signature }
}

/** Who builds on an orphan lets the others see it first. */
const ORPHAN_SHOWN_MS = 40

/**
 * Builds on a block that nobody has notarized, its own or an honest one that came too late, once the views between
 * are given up; until then it shows its blocks to too few.
 */
const orphaner: Lie = {
  name: 'orphaner',
  onView(liar, view) {
    if (!liar.leads(view)) return
    const orphan = orphanFor(liar, view)
    if (orphan !== undefined) {
      const shown = liar.eyes.proposals.get(orphan.block)
      if (shown !== undefined) liar.tell(null, shown)
      liar.later(ORPHAN_SHOWN_MS, () =>
        liar.propose(null, liar.build(orphan, view), { tip: orphan, certificate: null })
      )
      return
    }
    const ground = liar.eyes.ground(view)
    if (ground === undefined) return
    const block = liar.build(ground.tip, view)
    const shown = liar.proposal(block, ground.certificate, liar.eyes.gap(ground.tip.view, view))
    liar.eyes.see(shown)
    // It gives no vote of its own, and with the others' alone a quorum takes them all.
    const some = liar.chance.shuffled(liar.others)
    liar.tell(some.slice(0, liar.chance.oneIn(3) ? 1 : liar.eyes.quorum - 1), shown)
  },
  onCertificate(liar, { kind, view }) {
    if (kind === 'nullify') liar.vote(null, 'nullify', view, null)
  }
}

/** The state after the newest block before `view` that was never notarized, if all views since are given up. */
function orphanFor(liar: Liar, view: number): Tip | undefined {
  const { eyes } = liar
  const orphan = [...eyes.blocks.values()].findLast(({ header }) => {
    const notarized = eyes.certificate('notarize', header.view)
    return (
      header.view < view &&
      notarized === undefined &&
      eyes.gap(header.view, view).length === view - header.view - 1
    )
  })
  return orphan === undefined ? undefined : eyes.tipOf(hashHeader(orphan.header, toyCrypto))
}

/** Whoever helps views to run out. */
const nullifier: Lie = {
  name: 'nullifier',
  onView(liar, view) {
    liar.vote(null, 'nullify', view, null)
  }
}

export const LIES: readonly Lie[] = [
  silent,
  equivocator,
  staleParent,
  nullifyAndFinalize,
  withholder,
  overcharger,
  badRoot,
  timeLiar,
  usurper,
  stuffer,
  forger,
  orphaner,
  nullifier
]
