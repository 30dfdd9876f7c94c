import type { BidView, HostName, Input } from '../port.ts'

/** A signed wish of the owner; `name` is for people. */
export type Order =
  | {
      readonly verb: 'store' | 'move'
      machine: string
      name: string
      host: string
      hostName: string
    }
  | { readonly verb: LimitVerb; machine: string; name: string; spendLimit: string }
  | {
      readonly verb: EndVerb
      machine: string
      name: string
      /** Of `declare-lost`: the host that goes on with its copy. */
      heir?: HostName
    }
  | { readonly verb: 'vouch'; machine: string; name: string }

/** What carries a spend limit. */
export type LimitVerb = 'start' | 'resume' | 'raise-limit'
/** What takes something away from a machine. */
export type EndVerb = 'stop' | 'suspend' | 'delete' | 'discard' | LeaveVerb
/** The owner's own word, which needs none of the host. */
export type LeaveVerb = 'release' | 'release-contract' | 'declare-lost'

/** What the driver is asked to do, in order. */
export type Effect =
  | { readonly kind: 'refresh' }
  | { readonly kind: 'browse' }
  | {
      readonly kind: 'search'
      readonly machine: string
      readonly move: boolean
      /** null: the machine's own. */
      readonly bid: BidView | null
    }
  | { readonly kind: 'create'; readonly input: Input<'machine.create'> }
  | { readonly kind: 'edit'; readonly input: Input<'machine.edit'> }
  | { readonly kind: 'order'; readonly order: Order }
  | { readonly kind: 'election' }
  | { readonly kind: 'vote'; readonly candidates: readonly string[] }
  | { readonly kind: 'watch'; readonly operation: string }
  | { readonly kind: 'console'; readonly machine: string; readonly name: string }
  | { readonly kind: 'copy'; readonly text: string }
  | { readonly kind: 'quit' }

/** The same order as a person would type it. */
export function orderLine(order: Order): string {
  const line = `virtuoso machine ${order.verb} ${quoted(order.name)}`
  if ('host' in order) return `${line} --host ${quoted(order.hostName)}`
  if ('spendLimit' in order) return `${line} --spend-limit ${order.spendLimit}`
  if ('heir' in order) return `${line} --heir ${quoted(order.heir.name)}`
  return line
}

/** A word a shell takes as one. */
export function quoted(word: string): string {
  return /^[\w.@%+=:,/-]+$/u.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
