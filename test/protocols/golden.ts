/** One value of every message of the market's protocols, made of constants so that their bytes are vectors. */
import type {
  CertifiedBlock,
  CertifiedHeader,
  Offer,
  SignedOffer,
  SignedOrder,
  SignedReceipt,
  SignedTransaction
} from '../../ledger/index.ts'
import {
  type BlocksReply,
  type BlocksRequest,
  blocksReply,
  blocksRequest
} from '../../protocols/blocks/index.ts'
import { type ConsoleMessage, consoleMessage } from '../../protocols/console/index.ts'
import type { MessageKind } from '../../protocols/framing/index.ts'
import {
  type LedgerReply,
  type LedgerRequest,
  ledgerReply,
  ledgerRequest
} from '../../protocols/ledger/index.ts'
import {
  type MarketReply,
  type MarketRequest,
  marketReply,
  marketRequest
} from '../../protocols/market/index.ts'
import {
  type HostReply,
  type HostRequest,
  hostReply,
  hostRequest
} from '../../protocols/order/index.ts'

export const MACHINE: string = '6ba7b810-9dad-81d1-80b4-00c04fd430c8'
export const HOST: string = '0f8fad5b-d9cb-869f-a165-70867728950e'
export const ACCOUNT: string = 'a1'.repeat(16)
export const HASH: string = 'b2'.repeat(32)
export const SIGNATURE: string = 'c3'.repeat(64)

export const OFFER: Offer = {
  host: HOST,
  owner: ACCOUNT,
  name: 'north',
  processor: 'x86-64',
  totals: { speed: 4000, memoryMb: 2048, storageMb: 10_240 },
  free: { speed: 4000, memoryMb: 1024, storageMb: 10_240 },
  prices: {
    speedUnit: 1000,
    speedPrice: 1n,
    memoryUnitMb: 128,
    memoryPrice: 2n,
    storageUnitMb: 1024,
    storagePrice: 3n,
    runningPeriodS: 3600,
    storagePeriodDays: 30
  },
  connectSpeed: '1GB',
  methods: ['SCP'],
  images: [HASH],
  addresses: ['/ip4/127.0.0.1/tcp/4001'],
  sequence: 7,
  issuedAtMs: 1_000_000,
  expiresAtMs: 4_600_000
}
export const SIGNED_OFFER: SignedOffer = { offer: OFFER, signature: SIGNATURE }

export const ORDER: SignedOrder = {
  order: {
    verb: 'start',
    machine: MACHINE,
    host: HOST,
    state: 'stored',
    version: 1,
    sequence: 2,
    offer: null,
    spendLimit: 5n,
    expiryHeight: 99
  },
  owner: ACCOUNT,
  signature: SIGNATURE
}

export const TRANSACTION: SignedTransaction = {
  transaction: {
    signer: { kind: 'account', id: ACCOUNT },
    nonce: 3,
    expiryHeight: 50,
    feeMax: 0n,
    body: { type: 'discard-machine', machine: MACHINE }
  },
  signature: SIGNATURE
}

export const BLOCK: CertifiedBlock = {
  block: {
    header: {
      epoch: 0,
      height: 1,
      view: 1,
      parent: HASH,
      timeMs: 5,
      transactionRoot: HASH,
      stateRoot: HASH,
      logRoot: HASH,
      setHash: HASH,
      parentVotes: 0,
      nextSet: null
    },
    transactions: [TRANSACTION],
    results: [null]
  },
  certificate: {
    kind: 'finalize',
    epoch: 0,
    view: 1,
    block: HASH,
    votes: [{ signer: HASH, signature: SIGNATURE }]
  },
  descent: []
}

export const RECEIPT: SignedReceipt = {
  receipt: { migration: HASH, root: HASH },
  signature: SIGNATURE
}

const PEER = '12D3KooWRBhwfeP2Y4TCx1SM6s9rUoHhR5STiGwxBhgFRcw3UERE'

const hostRequests: readonly HostRequest[] = [
  { kind: 'order', order: ORDER },
  {
    kind: 'accept',
    request: {
      request: {
        machine: MACHINE,
        version: 3,
        as: 'destination' as const,
        offer: SIGNED_OFFER,
        expiryHeight: 60
      },
      owner: ACCOUNT,
      signature: SIGNATURE
    }
  },
  { kind: 'host-query' },
  {
    kind: 'purge',
    request: {
      request: { machine: MACHINE, host: HOST, version: 3 },
      owner: ACCOUNT,
      signature: SIGNATURE
    }
  },
  { kind: 'vouch', machine: MACHINE, receipt: RECEIPT }
]

const hostReplies: readonly HostReply[] = [
  {
    kind: 'progress',
    step: 'making the disk',
    bytesDone: 3,
    bytesTotal: 4,
    bytesReused: 2,
    bytesSent: 1
  },
  { kind: 'done', transaction: HASH },
  {
    kind: 'accepted',
    acceptance: {
      acceptance: {
        machine: MACHINE,
        version: 3,
        destination: HOST,
        offer: HASH,
        expiryHeight: 60
      },
      signature: SIGNATURE
    }
  },
  {
    kind: 'host',
    host: HOST,
    images: [HASH],
    methods: ['SCP'],
    free: { speed: 1, memoryMb: 2, storageMb: 3 }
  },
  { kind: 'refused', code: 'STALE_VERSION', message: 'the machine has version 4, the order says 3' }
]

const CERTIFIED_HEADER: CertifiedHeader = {
  header: BLOCK.block.header,
  certificate: BLOCK.certificate,
  descent: BLOCK.descent
}

const ledgerRequests: readonly LedgerRequest[] = [
  { kind: 'submit', transactions: [TRANSACTION] },
  { kind: 'follow', fromHeight: 12 },
  { kind: 'head' },
  { kind: 'genesis' },
  { kind: 'epochs', fromEpoch: 2 },
  {
    kind: 'read',
    afterHeight: 12,
    queries: [
      { kind: 'key', key: 'issued' },
      { kind: 'range', from: 'due/', to: null }
    ]
  },
  { kind: 'outcome', transaction: HASH },
  { kind: 'snapshots' },
  { kind: 'chunk', root: HASH, from: 'machine/', to: null }
]

const ledgerReplies: readonly LedgerReply[] = [
  { kind: 'submitted', answers: [null, { code: 'POOL_FULL', message: 'send it again later' }] },
  { kind: 'block', block: BLOCK },
  { kind: 'ping', height: 12 },
  { kind: 'head', height: 12, hash: HASH },
  { kind: 'genesis', bytes: Uint8Array.of(1, 2, 3) },
  { kind: 'epochs', handOvers: [CERTIFIED_HEADER] },
  { kind: 'read', head: CERTIFIED_HEADER, proof: Uint8Array.of(1, 2, 3) },
  {
    kind: 'outcome',
    block: CERTIFIED_HEADER,
    proof: { index: 0, size: 2, result: 'INSUFFICIENT_FUNDS', path: [HASH] }
  },
  {
    kind: 'snapshots',
    head: CERTIFIED_HEADER,
    offers: [{ certified: CERTIFIED_HEADER, log: [HASH], splits: ['host/', 'machine/'] }]
  },
  { kind: 'chunk', next: 'machine/', proof: Uint8Array.of(1, 2, 3) },
  { kind: 'refused', code: 'HEIGHT_UNKNOWN', message: 'the head is 12, you ask from 14' }
]

const marketRequests: readonly MarketRequest[] = [
  { kind: 'get', hashes: [HASH] },
  { kind: 'snapshot', after: HOST },
  { kind: 'snapshot', after: null }
]

const marketReplies: readonly MarketReply[] = [
  { kind: 'offers', offers: [SIGNED_OFFER] },
  { kind: 'page', offers: [SIGNED_OFFER], next: HOST },
  { kind: 'refused', code: 'TOO_MANY_REQUESTS', message: 'wait a second' }
]

const consoleMessages: readonly ConsoleMessage[] = [
  {
    kind: 'open',
    permission: {
      open: {
        machine: MACHINE,
        kind: 'serial',
        peer: PEER,
        expiresAtMs: 9,
        nonce: 'd4'.repeat(16)
      },
      owner: ACCOUNT,
      signature: SIGNATURE
    }
  },
  { kind: 'ok' },
  { kind: 'data', bytes: Uint8Array.of(0x6c, 0x73, 0x0d) },
  { kind: 'keep-alive' },
  { kind: 'refused', code: 'REPLACED', message: 'a newer console took its place' }
]

const blocksRequests: readonly BlocksRequest[] = [
  { kind: 'hello', machine: MACHINE, migration: HASH },
  { kind: 'pages', part: 'disk', first: 64, count: 32_768 },
  { kind: 'leaves', part: 'disk', pages: [0, 3] },
  { kind: 'changes', part: 'memory', base: HASH, pages: [7] },
  {
    kind: 'get',
    part: 'disk',
    ranges: [
      { first: 0, count: 2 },
      { first: 64, count: 62 }
    ],
    rate: 12_500_000
  },
  { kind: 'patch', part: 'memory', ranges: [{ first: 3, count: 2 }], rate: 12_500_000 },
  { kind: 'side' },
  { kind: 'complete' },
  { kind: 'answer', digests: [HASH] }
]

const blocksReplies: readonly BlocksReply[] = [
  {
    kind: 'outline',
    parts: [
      { name: 'config', format: 'config-1', sizeBytes: 300 },
      { name: 'disk', format: 'disk-raw', sizeBytes: 1_048_576 }
    ],
    partRoots: [HASH, HASH]
  },
  { kind: 'hashes', sizeBytes: 1_048_576 },
  { kind: 'no-base' },
  { kind: 'patched', encoding: 'brotli', sizeBytes: 700, patchBytes: 1_048_588 },
  { kind: 'data', encoding: 'brotli', sizeBytes: 700 },
  { kind: 'side', port: 40_123, identity: HASH, key: HASH },
  { kind: 'no-side' },
  { kind: 'challenge', nonce: HASH, places: [{ part: 'disk', index: 3 }] },
  { kind: 'receipt', receipt: RECEIPT },
  { kind: 'refused', code: 'NO_SUCH_MOVE', message: 'no open move of this machine to you' }
]

/** A kind of message with its examples; the value's type is hidden, as it is when bytes come from a stranger. */
export interface Sample {
  readonly name: string
  readonly kind: MessageKind<unknown>
  readonly message: unknown
}

function samples<T extends { readonly kind: string }>(
  kind: MessageKind<T>,
  messages: readonly T[]
): readonly Sample[] {
  return messages.map(message => ({
    name: `${kind.name} '${message.kind}'`,
    kind: kind as MessageKind<unknown>,
    message
  }))
}

export const SAMPLES: readonly Sample[] = [
  ...samples(hostRequest, hostRequests),
  ...samples(hostReply, hostReplies),
  ...samples(ledgerRequest, ledgerRequests),
  ...samples(ledgerReply, ledgerReplies),
  ...samples(marketRequest, marketRequests),
  ...samples(marketReply, marketReplies),
  ...samples(consoleMessage, consoleMessages),
  ...samples(blocksRequest, blocksRequests),
  ...samples(blocksReply, blocksReplies)
]
