/** A thing that was shown and does not hold. */
export class CheckFailed extends Error {
  override readonly name: string = 'CheckFailed'
}

/** Something to write a passed check to. */
export type Say = (text: string) => void

/** Says what holds, or throws with what was expected and what was found. */
export function check(say: Say, promise: string, holds: boolean, found: string): void {
  if (!holds) throw new CheckFailed(`${promise}: found ${found}`)
  say(`  ok: ${promise} (${found})\n`)
}

export function checkEqual(say: Say, promise: string, found: unknown, expected: unknown): void {
  if (found === expected) return check(say, promise, true, String(found))
  throw new CheckFailed(`${promise}: expected ${String(expected)}, found ${String(found)}`)
}
