import { z } from 'zod'
import { CHECKPOINT_TEXT_MAX } from '../../ledger/index.ts'
import type { Input, Method } from '../api/index.ts'

/**
 * What each method takes, judged at the door: unknown fields are refused, because a misspelt option that is
 * silently ignored is worse than an error. Limits here only keep nonsense out; the ledger has its own rules.
 */

/** Names, UUIDs, prefixes, keys: the longest is a 64-digit hash. */
const NAME_CHARACTERS_MAX = 128
/** Any figure of a machine: 2^31 MB is 2 PB. */
const FIGURE_MAX: number = 2 ** 31

const word: z.ZodType<string> = z.string().min(1).max(NAME_CHARACTERS_MAX)
const figure: z.ZodType<number> = z.int().min(1).max(FIGURE_MAX)
/** Dollars as text, to the picodollar. */
const amount: z.ZodType<string> = z
  .string()
  .regex(/^\d{1,12}(\.\d{1,12})?$/, 'expected dollars such as "3" or "0.002016"')

const height: z.ZodType<number> = z.int().min(1)

/** A multiaddr; whether it is one is seen when it is dialled. */
const address: z.ZodType<string> = z.string().min(1).max(256)

const nothing = z.strictObject({})
const machineOnly = z.strictObject({ machine: word })
const operationOnly = z.strictObject({ operation: word })
const bid = z.strictObject({
  storagePer30Days: amount.exactOptional(),
  runningPerHour: amount.exactOptional()
})
const sizes = {
  speed: figure.exactOptional(),
  memoryMb: figure.exactOptional(),
  storageMb: figure.exactOptional()
}
const wishes = { name: word.exactOptional(), bid: bid.exactOptional(), ...sizes }
const launch = z.strictObject({ machine: word, spendLimit: amount.exactOptional() })
const prices = z.strictObject({
  speedUnit: figure,
  speedPrice: amount,
  memoryUnitMb: figure,
  memoryPrice: amount,
  storageUnitMb: figure,
  storagePrice: amount,
  runningPeriodS: figure,
  storagePeriodDays: figure
})

export const INPUT_SCHEMAS: { readonly [M in Method]: z.ZodType<Input<M>> } = {
  'node.status': nothing,
  'node.peers': nothing,
  'node.stop': nothing,
  'account.open': z.strictObject({ name: word, kind: z.enum(['buyer', 'provider']) }),
  'account.show': z.strictObject({ account: word.exactOptional() }),
  'account.issue': z.strictObject({ account: word, amount }),
  'market.browse': nothing,
  'offer.list': nothing,
  'host.facts': nothing,
  'host.add': z.strictObject({
    name: word,
    prices,
    totals: z.strictObject(sizes).exactOptional(),
    connectSpeed: word.exactOptional()
  }),
  'host.list': nothing,
  'machine.create': z.strictObject({ configuration: word, ...wishes }),
  'machine.edit': z.strictObject({ machine: word, ...wishes }),
  'machine.discard': machineOnly,
  'machine.list': z.strictObject({ all: z.boolean().exactOptional() }),
  'machine.show': machineOnly,
  'machine.history': machineOnly,
  'machine.migration-status': machineOnly,
  'machine.search': z.strictObject({
    machine: word.exactOptional(),
    configuration: word.exactOptional(),
    bid: bid.exactOptional(),
    move: z.boolean().exactOptional()
  }),
  'machine.store': z.strictObject({ machine: word, host: word }),
  'machine.start': launch,
  'machine.resume': launch,
  'machine.stop': machineOnly,
  'machine.suspend': machineOnly,
  'machine.move': z.strictObject({ machine: word, host: word, method: word.exactOptional() }),
  'machine.delete': machineOnly,
  'machine.raise-limit': z.strictObject({ machine: word, spendLimit: amount }),
  'machine.release': machineOnly,
  'machine.release-contract': machineOnly,
  'machine.declare-lost': z.strictObject({ machine: word, heir: word.exactOptional() }),
  'machine.purge': z.strictObject({ machine: word, host: word.exactOptional() }),
  'machine.vouch': machineOnly,
  'host.give-notice': machineOnly,
  'host.evict': machineOnly,
  'host.cached': nothing,
  'host.drop-cached': machineOnly,
  'operation.list': nothing,
  'operation.show': operationOnly,
  'operation.cancel': operationOnly,
  'ledger.head': nothing,
  'ledger.blocks': z.strictObject({
    from: height,
    to: height.exactOptional(),
    peer: word.exactOptional()
  }),
  'ledger.checkpoint': z.strictObject({ height: height.exactOptional() }),
  'ledger.cosign': z.strictObject({ text: z.string().max(CHECKPOINT_TEXT_MAX) }),
  'ledger.fees': nothing,
  'ledger.collect-fees': nothing,
  'election.show': nothing,
  'election.stand': z.strictObject({ addresses: z.array(address).max(8).exactOptional() }),
  'election.withdraw': nothing,
  'election.vote': z.strictObject({ candidates: z.array(word).max(16) }),
  audit: nothing
}
