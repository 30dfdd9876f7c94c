/** One thing that holds in every state, with the figure by which it was checked. */
export interface Invariant {
  readonly name: string
  readonly ok: boolean
  /** For people: the numbers compared, or how many records were looked at, or the first that is wrong. */
  readonly figure: string
}

/** Holds when nothing is wrong; otherwise shows the first wrong thing and how many there are. */
export function holds(name: string, wrong: readonly string[], figure: string): Invariant {
  const [first] = wrong
  if (first === undefined) return { name, ok: true, figure }
  const more = wrong.length > 1 ? `, and ${wrong.length - 1} more` : ''
  return { name, ok: false, figure: `${first}${more}` }
}
