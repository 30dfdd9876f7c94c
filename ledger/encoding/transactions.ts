/** How transactions look in bytes. The order of fields is part of the format. */
import type { Body, Heir, SignedTransaction, SignerRef, Transaction } from '../records/index.ts'
import { type Codec, nullable, record, tagged } from './codec.ts'
import { ballotNames, candidateAddresses } from './election.ts'
import { accountId, counter, hash, money, publicKey, signature, uuid } from './fields.ts'
import {
  accountKind,
  bidCodec,
  configurationCodec,
  labelText,
  nameText,
  resourcesCodec
} from './records.ts'
import { type Remembered, remembered } from './remembered.ts'
import {
  signedAcceptanceCodec,
  signedOfferCodec,
  signedOrderCodec,
  signedReceiptCodec
} from './statements.ts'
import { evidenceCodec } from './votes.ts'

export const signerCodec: Codec<SignerRef> = tagged<SignerRef, 'kind'>('kind', {
  account: record({ id: accountId }),
  host: record({ id: uuid })
})

const heirCodec: Codec<Heir> = record({
  offer: signedOfferCodec,
  acceptance: signedAcceptanceCodec
})

const machineVersion = { machine: uuid, version: counter }

export const bodyCodec: Codec<Body> = tagged<Body, 'type'>('type', {
  'open-account': record({ name: nameText, kind: accountKind, key: publicKey }),
  'register-host': record({
    name: nameText,
    processor: labelText,
    totals: resourcesCodec,
    key: publicKey,
    proof: signature
  }),
  'register-machine': record({ configuration: configurationCodec, bid: bidCodec }),
  'edit-machine': record({ machine: uuid, configuration: configurationCodec, bid: bidCodec }),
  'discard-machine': record({ machine: uuid }),
  'cancel-orders': record({ machine: uuid, sequence: counter }),
  confirm: record({ order: signedOrderCodec, root: nullable(hash) }),
  fell: record({ ...machineVersion, root: hash }),
  'suspend-unpaid': record({ ...machineVersion, root: hash }),
  seal: record({ ...machineVersion, root: hash }),
  'give-notice': record(machineVersion),
  evict: record(machineVersion),
  release: record(machineVersion),
  'release-contract': record(machineVersion),
  'declare-lost': record({ ...machineVersion, heir: nullable(heirCodec) }),
  'raise-limit': record({ ...machineVersion, spendLimit: money }),
  'collect-fees': record({ coordinator: publicKey, proof: signature }),
  issue: record({ to: accountId, amount: money }),
  stand: record({ key: publicKey, addresses: candidateAddresses, proof: signature }),
  'withdraw-candidacy': record({}),
  vote: record({ candidates: ballotNames }),
  evidence: record({ evidence: evidenceCodec }),
  alive: record({ height: counter }),
  'open-migration': record({
    ...machineVersion,
    sequence: counter,
    offer: signedOfferCodec,
    acceptance: signedAcceptanceCodec
  }),
  heartbeat: record({ machine: uuid, migration: hash, height: counter }),
  'commit-migration': record({ machine: uuid, migration: hash, receipt: signedReceiptCodec }),
  'abort-migration': record({ machine: uuid, migration: hash })
})

export const transactionCodec: Codec<Transaction> = record({
  signer: signerCodec,
  nonce: counter,
  expiryHeight: counter,
  feeMax: money,
  body: bodyCodec
})

/** As many as a pool holds, of 300 bytes as a rule: 8 MiB at most. */
const RECENT = { values: 4_096, bytes: 1_024 }

export const signedTransactionCodec: Remembered<SignedTransaction> = remembered(
  record({ transaction: transactionCodec, signature }),
  RECENT
)
