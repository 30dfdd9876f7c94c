import type { A } from './cycle-a.ts' // expect no-cycle
export interface B {
  readonly a: A | null
}
