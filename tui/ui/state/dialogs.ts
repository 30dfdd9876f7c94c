import type {
  BidView,
  CatalogueEntry,
  ConfigurationView,
  ContractView,
  ElectionView,
  SearchView
} from '../port.ts'
import type { LimitVerb, Order } from './effects.ts'
import type { Line } from './line-editor.ts'

/** What is said to the person: a sentence, and what to do about it. */
export interface Problem {
  readonly message: string
  readonly hint: string | null
}

/** Both in one line; what the node says ends without a full stop. */
export function problemText({ message, hint }: Problem): string {
  if (hint === null) return message
  return /[.:!?…]$/u.test(message) ? `${message} ${hint}` : `${message}: ${hint}`
}

export interface Field {
  readonly id: 'name' | 'storage' | 'running'
  readonly label: string
  readonly line: Line
}

export interface CatalogueDialog {
  readonly kind: 'catalogue'
  /** null while the node answers. */
  readonly entries: readonly CatalogueEntry[] | null
  readonly index: number
}

export interface BidDialog {
  readonly kind: 'bid'
  /** The machine being edited, or null for a new one of `configuration`. */
  readonly machine: string | null
  /** The search for hosts that the bid is only asked for; nothing is registered then. */
  readonly search: HostsDialog | null
  readonly configuration: ConfigurationView
  readonly average: (BidView & { readonly providers: number }) | null
  readonly fields: readonly Field[]
  readonly focus: number
  /** What the node said against it. */
  readonly problem: Problem | null
  readonly busy: boolean
}

/** Hosts for a machine: to store it at, or to move it to. The machine is captured when the dialog opens. */
export interface HostsDialog {
  readonly kind: 'hosts'
  readonly purpose: 'store' | 'move'
  readonly machine: string
  readonly name: string
  /** null while the node searches. */
  readonly search: SearchView | null
  /** Counts the matches first, then the refused. */
  readonly index: number
}

export interface LimitDialog {
  readonly kind: 'limit'
  readonly verb: LimitVerb
  readonly machine: string
  readonly name: string
  readonly contract: ContractView
  readonly creditMs: number
  /** The limit that is to be raised, and what is spent of it; 0 for a machine that begins to run. */
  readonly before: { readonly limit: string; readonly spent: string }
  readonly balance: string
  readonly line: Line
}

export interface ConfirmDialog {
  readonly kind: 'confirm'
  readonly title: string
  readonly lines: readonly string[]
  /** Loses something: wants `y`, Enter is not enough. */
  readonly danger: boolean
  readonly order: Order
  /** Where Escape leads. */
  readonly back: HostsDialog | null
}

/** Who coordinates the ledger, and the ballot of the account. */
export interface BallotDialog {
  readonly kind: 'ballot'
  /** null while the node answers. */
  readonly election: ElectionView | null
  readonly index: number
  /** Names of the candidates on the ballot as it would be cast now. */
  readonly marked: ReadonlySet<string>
}

export type Dialog =
  /** `top` counts lines from the first, or with `end` the lines above the last page. */
  | { readonly kind: 'help'; readonly top: number; readonly end: boolean }
  | { readonly kind: 'cli'; readonly title: string; readonly lines: readonly string[] }
  | { readonly kind: 'palette'; readonly line: Line; readonly index: number }
  | { readonly kind: 'filter'; readonly line: Line; readonly before: string }
  | CatalogueDialog
  | BidDialog
  | HostsDialog
  | BallotDialog
  | LimitDialog
  | ConfirmDialog
