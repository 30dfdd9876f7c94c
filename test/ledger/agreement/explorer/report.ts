import type { TestContext } from 'node:test'
import type { Found } from './explore.ts'

/** Far more worlds than there are: a run that meets it has not seen all. */
export const WORLDS_MAX = 5_000_000

export function report(t: TestContext, found: Found): void {
  const { worlds, steps, cores, letters, depth, finals } = found
  t.diagnostic(
    `${worlds} worlds to depth ${depth}, ${steps} steps, ${cores} member states, ${letters} letters; ` +
      `final somewhere: ${[...finals].sort().join(' ')}`
  )
}
