/** The properties that the simulation holds a ledger of many to, and what is thrown where one fails. */
export type Property =
  | 'agreement'
  | 'prefix'
  | 'validity'
  | 'approval'
  | 'leadership'
  | 'block time'
  | 'honest votes'
  | 'evidence'
  | 'honest messages'
  | 'no halt'
  | 'invariants'
  | 'nonces'
  | 'proofs'
  | 'nothing twice'
  | 'nothing lost'
  | 'other cuts'
  | 'progress'
  | 'quiet'
  | 'flood'

export interface Violation {
  readonly property: Property
  readonly message: string
}

export class Violated extends Error {
  readonly violation: Violation
  constructor(property: Property, message: string) {
    super(`${property}: ${message}`)
    this.violation = { property, message }
  }
}
