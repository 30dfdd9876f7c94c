/** What may not be in any world. */
import type { Hash } from '../../../../ledger/index.ts'
import type { Letters } from './letters.ts'
import { bitOf, type Network } from './network.ts'

/** Looks at the final chains of the honest members and at the letters that can come; null if all is well. */
export type Judge = (
  finals: readonly Hash[],
  network: Pick<Network, 'ready'>,
  letters: Letters
) => string | null

/** All that may never be, where the members obey all rules. */
export const anyHarmIn: Judge = (finals, network, letters) =>
  forkIn(finals, network, letters) ??
  flawIn(finals, network, letters) ??
  lemmaIn(finals, network, letters)

/** Two final blocks at one height. */
export const forkIn: Judge = (finals, _, { town }) => {
  const byHeight = new Map<number, Hash>()
  for (const { hash, block, name } of finals.flatMap(final => town.chainOf(final))) {
    const { height } = block.header
    const other = byHeight.get(height)
    if (other !== undefined && other !== hash) {
      return `two final blocks at height ${height}: ${town.blockOf(other).name} and ${name}`
    }
    byHeight.set(height, hash)
  }
  return null
}

/** Final is only what its leader proposed, well made, and all of what it stands on is notarized. */
export const flawIn: Judge = (finals, { ready }, letters) => {
  for (const { name, flaw, hash, block } of finals.flatMap(final => letters.town.chainOf(final))) {
    if (flaw !== null) return `block ${name} is final, and ${flaw}`
    const notarized = letters.quorumOf('notarize', block.header.view, hash)
    if (!(ready & bitOf(notarized.id))) return `block ${name} is final and not notarized`
  }
  return null
}

/** The two facts from which it follows that no fork is possible at all, also after the last view. */
export const lemmaIn: Judge = (_, { ready }, letters) => {
  const certified = letters.all.filter(({ id, kind }) => kind === 'quorum' && ready & bitOf(id))
  const ended = new Map<number, string>()
  for (const { subject, name } of certified) {
    if (subject?.kind !== 'notarize') continue
    const other = ended.get(subject.view)
    if (other !== undefined) return `both ${other} and ${name} are certified`
    ended.set(subject.view, name)
  }
  for (const { subject, name } of certified) {
    const nullify = certified.find(
      each => each.subject?.kind === 'nullify' && each.subject.view === subject?.view
    )
    if (subject?.kind === 'finalize' && nullify)
      return `both ${name} and ${nullify.name} are certified`
  }
  return null
}
