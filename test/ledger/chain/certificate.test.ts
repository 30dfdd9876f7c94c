import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Certificate,
  type Header,
  hashHeader,
  quorumOf,
  signFinalize,
  type Vote,
  verifyCertificate
} from '../../../ledger/index.ts'
import { testCrypto, testSigner } from '../../support/ed25519.ts'
import * as sample from '../../support/ledger-samples.ts'

const signers = ['m0', 'm1', 'm2', 'm3'].map(testSigner)
const members = signers.map(({ publicKey }, at) => ({ name: `m${at}`, key: publicKey }))
const by = { network: sample.network, crypto: testCrypto }

const header: Header = {
  epoch: 0,
  height: 5,
  view: 6,
  parent: sample.someHash,
  timeMs: 1,
  transactionRoot: sample.someHash,
  stateRoot: sample.someHash,
  logRoot: sample.someHash,
  setHash: sample.someHash,
  parentVotes: 0,
  nextSet: null
}
const subject = { epoch: 0, view: 6, block: hashHeader(header, testCrypto) }
const votes = signers.map(signer => signFinalize(sample.network, subject, signer))

function verdict(some: readonly (Vote | undefined)[], change: Partial<Certificate> = {}): string {
  const kept = some.filter(vote => vote !== undefined)
  const certificate: Certificate = { kind: 'finalize', ...subject, votes: kept, ...change }
  return verifyCertificate(certificate, header, members, by)?.code ?? 'good'
}

test('a quorum is n - f: 1 of 1, 3 of 4, 5 of 7', () => {
  assert.deepEqual([1, 4, 7].map(quorumOf), [1, 3, 5])
})

test('two of four votes are too few, three are a certificate, and so are four', () => {
  assert.equal(verdict(votes.slice(0, 2)), 'CERTIFICATE_TOO_FEW')
  assert.equal(verdict(votes.slice(0, 3)), 'good')
  assert.equal(verdict(votes), 'good')
})

test('one member counted twice makes no quorum', () => {
  assert.equal(verdict([votes[0], votes[1], votes[1]]), 'CERTIFICATE_REPEATED')
})

test("a stranger's vote spoils a certificate", () => {
  const stranger = signFinalize(sample.network, subject, testSigner('stranger'))
  assert.equal(verdict([...votes.slice(0, 3), stranger]), 'CERTIFICATE_STRANGER')
})

test('a vote for another view is a forged vote for this one', () => {
  const other = signFinalize(sample.network, { ...subject, view: 7 }, testSigner('m2'))
  assert.equal(verdict([votes[0], votes[1], other]), 'CERTIFICATE_FORGED')
})

test('a certificate of another block, view or epoch is astray', () => {
  assert.equal(verdict(votes, { block: sample.someHash }), 'CERTIFICATE_ASTRAY')
  assert.equal(verdict(votes, { view: 7 }), 'CERTIFICATE_ASTRAY')
  assert.equal(verdict(votes, { epoch: 1 }), 'CERTIFICATE_ASTRAY')
})
