/** How signed statements look in bytes. The order of fields is part of the format. */
import type {
  Acceptance,
  Offer,
  Order,
  OrderVerb,
  Prices,
  ServedReceipt,
  SignedAcceptance,
  SignedOffer,
  SignedOrder,
  SignedReceipt
} from '../records/index.ts'
import { type Codec, choice, list, nullable, record } from './codec.ts'
import { accountId, amount, counter, hash, money, signature, text, uuid } from './fields.ts'
import { labelText, machineState, nameText, resourcesCodec } from './records.ts'

/** Ways to move a machine; the 2004 text has four. */
const METHODS_MAX = 16
/** Preconfigured images of one host: 64 hashes are 2 KiB of an offer that is gossiped to everybody. */
const IMAGES_MAX = 64
/** Interfaces and relays of one node. */
const ADDRESSES_MAX = 16

const pricesCodec: Codec<Prices> = record({
  speedUnit: amount,
  speedPrice: money,
  memoryUnitMb: amount,
  memoryPrice: money,
  storageUnitMb: amount,
  storagePrice: money,
  runningPeriodS: amount,
  storagePeriodDays: amount
})

export const offerCodec: Codec<Offer> = record({
  host: uuid,
  owner: accountId,
  name: nameText,
  processor: labelText,
  totals: resourcesCodec,
  free: resourcesCodec,
  prices: pricesCodec,
  connectSpeed: text(32),
  methods: list(text(16, 1), METHODS_MAX),
  images: list(hash, IMAGES_MAX),
  addresses: list(text(256, 1), ADDRESSES_MAX),
  sequence: counter,
  issuedAtMs: counter,
  expiresAtMs: counter
})

export const signedOfferCodec: Codec<SignedOffer> = record({ offer: offerCodec, signature })

const orderVerb: Codec<OrderVerb> = choice([
  'store',
  'start',
  'resume',
  'stop',
  'suspend',
  'delete'
])

export const orderCodec: Codec<Order> = record({
  verb: orderVerb,
  machine: uuid,
  host: uuid,
  state: machineState,
  version: counter,
  sequence: counter,
  offer: nullable(signedOfferCodec),
  spendLimit: nullable(money),
  expiryHeight: counter
})

export const signedOrderCodec: Codec<SignedOrder> = record({
  order: orderCodec,
  owner: accountId,
  signature
})

export const acceptanceCodec: Codec<Acceptance> = record({
  machine: uuid,
  version: counter,
  destination: uuid,
  offer: hash,
  expiryHeight: counter
})

export const signedAcceptanceCodec: Codec<SignedAcceptance> = record({
  acceptance: acceptanceCodec,
  signature
})

export const receiptCodec: Codec<ServedReceipt> = record({ migration: hash, root: hash })

export const signedReceiptCodec: Codec<SignedReceipt> = record({
  receipt: receiptCodec,
  signature
})
