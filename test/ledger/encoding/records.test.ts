import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  acceptanceCodec,
  accountCodec,
  attendanceCodec,
  BLOCK_LIMITS,
  type Block,
  ballotCodec,
  blockCodec,
  type CertifiedBlock,
  type Codec,
  candidateCodec,
  certifiedBlockCodec,
  decodeAs,
  encodeAs,
  epochCodec,
  genesisCodec,
  headerCodec,
  hostCodec,
  machineCodec,
  migrationCodec,
  signedAcceptanceCodec,
  signedOfferCodec,
  signedOrderCodec,
  signedReceiptCodec,
  signedTransactionCodec,
  toHex,
  youngMoneyCodec
} from '../../../ledger/index.ts'
import * as election from '../../support/election-samples.ts'
import { checkGolden } from '../../support/golden.ts'
import * as sample from '../../support/ledger-samples.ts'

const block: Block = {
  header: {
    epoch: 0,
    height: 1,
    view: 1,
    parent: sample.network,
    timeMs: sample.genesis.timeMs + 1,
    transactionRoot: '11'.repeat(32),
    stateRoot: '22'.repeat(32),
    logRoot: '33'.repeat(32),
    setHash: '33'.repeat(32),
    parentVotes: 0,
    nextSet: null
  },
  transactions: [sample.signed(sample.buyer, 1, sample.openBuyer, sample.buyerKey)],
  results: ['NAME_TAKEN']
}

const certified: CertifiedBlock = {
  block,
  certificate: {
    kind: 'finalize',
    epoch: 0,
    view: 1,
    block: sample.someHash,
    votes: [{ signer: sample.coordinator.publicKey, signature: '44'.repeat(64) }]
  },
  descent: [{ ...block.header, view: 2, height: 2 }]
}

const written: Record<string, string> = {}

/** Writes it, reads it back, and keeps the bytes for the golden file. */
function roundTrip<T>(name: string, codec: Codec<T>, value: T): void {
  const bytes = encodeAs(codec, value)
  assert.deepEqual(decodeAs(codec, bytes, BLOCK_LIMITS), value, name)
  written[name] = toHex(bytes)
}

test('every record reads back as it was written, in the bytes of the golden file', () => {
  roundTrip('genesis', genesisCodec, sample.genesis)
  roundTrip('account', accountCodec, sample.account)
  roundTrip('host', hostCodec, sample.host)
  roundTrip('machine', machineCodec, sample.machine)
  roundTrip('migration', migrationCodec, sample.migration)
  roundTrip('acceptance', acceptanceCodec, sample.acceptance)
  roundTrip('signed offer', signedOfferCodec, sample.signedOffer)
  roundTrip('signed order', signedOrderCodec, sample.signedOrder)
  roundTrip('signed acceptance', signedAcceptanceCodec, sample.signedAcceptance)
  roundTrip('signed receipt', signedReceiptCodec, sample.signedReceipt)
  for (const body of sample.bodies) {
    const signed = sample.signed(sample.buyer, 5, body, sample.buyerKey)
    roundTrip(`transaction ${body.type}`, signedTransactionCodec, signed)
  }
  roundTrip('epoch', epochCodec, election.epoch)
  roundTrip('candidate', candidateCodec, election.candidate)
  roundTrip('ballot', ballotCodec, election.ballot)
  roundTrip('attendance', attendanceCodec, election.attendance)
  roundTrip('young money', youngMoneyCodec, election.youngMoney)
  const last = { ...block.header, parentVotes: 11, nextSet: election.members }
  roundTrip('header that ends an epoch', headerCodec, last)
  roundTrip('block', blockCodec, block)
  roundTrip('certified block', certifiedBlockCodec, certified)
  checkGolden('ledger-encoding.json', written)
})
