import type { B } from './cycle-b.ts' // expect no-cycle
export interface A {
  readonly b: B | null
}
