import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto'
import { test } from 'node:test'
import {
  type Crypto,
  encodeAs,
  fromHex,
  type HostRecord,
  hashOffer,
  type Offer,
  type Signer,
  signedOfferCodec,
  signOffer,
  toHex
} from '../../ledger/index.ts'
import {
  type ConsoleContext,
  type ConsoleOpen,
  judgeConsoleOpen,
  signConsoleOpen
} from '../../protocols/console/index.ts'
import {
  decodeAnnouncement,
  encodeAnnouncement,
  fullBucket,
  judgeOffer,
  judgeOfferBytes,
  OFFER_FAULT_CODES,
  OFFER_TTL_MAX_MS,
  type OfferContext,
  type OfferFaultCode,
  offerTopic,
  takeToken
} from '../../protocols/market/index.ts'
import { acceptRequest, purgeRequest } from '../../protocols/order/index.ts'
import { ACCOUNT, HASH, HOST, MACHINE, OFFER, SIGNED_OFFER } from './golden.ts'

const SPKI = fromHex('302a300506032b6570032100')
const NETWORK = 'fe'.repeat(32)
const NOW = 2_000_000

let verifications = 0
const crypto: Crypto = {
  sha256: bytes => createHash('sha256').update(bytes).digest(),
  sha256Text: bytes => createHash('sha256').update(bytes).digest('binary'),
  verify(publicKey, message, signature) {
    verifications += 1
    const key = Buffer.concat([SPKI, publicKey])
    return verify(null, message, { key, format: 'der', type: 'spki' }, signature)
  }
}

function newKey(): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const der = publicKey.export({ format: 'der', type: 'spki' })
  return {
    publicKey: toHex(der.subarray(12)),
    sign: message => sign(null, message, privateKey)
  }
}

const hostKey = newKey()
const ownerKey = newKey()
const by = { network: NETWORK, crypto }

// offers

const HOST_RECORD: HostRecord = {
  uuid: HOST,
  owner: ACCOUNT,
  key: hostKey.publicKey,
  name: 'north',
  processor: OFFER.processor,
  totals: OFFER.totals,
  reserved: { speed: 0, memoryMb: 0, storageMb: 0 },
  nonce: 0,
  liveness: { aliveHeight: 0, heardMs: 0, silentMs: 0 }
}
const context: OfferContext = {
  ...by,
  nowMs: NOW,
  host: uuid => (uuid === HOST ? HOST_RECORD : undefined),
  knownSequence: () => 6
}

const verdict = (change: Partial<Offer>, key: Signer = hostKey): string => {
  const judged = judgeOffer(signOffer(NETWORK, { ...OFFER, ...change }, key), context)
  return judged.ok ? 'ok' : judged.fault.code
}

test('a good offer is taken and named by its hash', () => {
  const signed = signOffer(NETWORK, OFFER, hostKey)
  const expected = { ok: true, offer: signed, hash: hashOffer(signed, crypto) }
  assert.deepEqual(judgeOffer(signed, context), expected)
  assert.deepEqual(judgeOfferBytes(encodeAs(signedOfferCodec, signed), context), expected)
})

const expiresAtMs = OFFER.issuedAtMs + OFFER_TTL_MAX_MS
const FAULTS: readonly [OfferFaultCode | 'ok', string, Partial<Offer>][] = [
  ['EXPIRED', 'ends now', { expiresAtMs: NOW }],
  ['ok', 'ends in a millisecond', { expiresAtMs: NOW + 1 }],
  ['ok', 'lives an hour', { expiresAtMs }],
  ['LIVES_TOO_LONG', 'lives an hour and a millisecond', { expiresAtMs: expiresAtMs + 1 }],
  ['ok', 'is 60 s ahead', { issuedAtMs: NOW + 60_000, expiresAtMs: NOW + 60_001 }],
  ['FROM_THE_FUTURE', 'is 60.001 s ahead', { issuedAtMs: NOW + 60_001, expiresAtMs: NOW + 60_002 }],
  ['STALE', 'has the sequence we hold', { sequence: 6 }],
  ['HOST_UNKNOWN', 'is of an unknown host', { host: MACHINE }],
  ['WRONG_OWNER', 'names another owner', { owner: 'ff'.repeat(16) }],
  ['CONTRADICTS_LEDGER', 'has other totals', { totals: { ...OFFER.totals, speed: 4001 } }],
  ['CONTRADICTS_LEDGER', 'has another processor', { processor: 'arm' }],
  [
    'CONTRADICTS_LEDGER',
    'has more free than there is',
    { free: { ...OFFER.free, memoryMb: 2049 } }
  ],
  ['BAD_PRICES', 'has a period of 32 days', { prices: { ...OFFER.prices, storagePeriodDays: 32 } }]
]

for (const [code, what, change] of FAULTS) {
  test(`an offer that ${what} is ${code}`, () => {
    const before = verifications
    assert.equal(verdict(change), code)
    if (code !== 'ok') assert.equal(verifications, before, 'the signature is looked at last')
  })
}

test('an offer signed by another key, or for another network, is FORGED', () => {
  assert.equal(verdict({}, newKey()), 'FORGED')
  const elsewhere = judgeOffer(signOffer(HASH, OFFER, hostKey), context)
  assert.ok(!elsewhere.ok && elsewhere.fault.code === 'FORGED' && !elsewhere.fault.innocent)
})

test('bytes that are too many or no offer are refused before anything else', () => {
  const large = judgeOfferBytes(new Uint8Array(8_193), context)
  assert.ok(!large.ok && large.fault.code === 'TOO_LARGE')
  const damaged = judgeOfferBytes(encodeAs(signedOfferCodec, SIGNED_OFFER).subarray(1), context)
  assert.ok(!damaged.ok && damaged.fault.code === 'MALFORMED')
})

test('every fault has a test', () => {
  const tried = new Set([...FAULTS.map(([code]) => code), 'FORGED', 'TOO_LARGE', 'MALFORMED', 'ok'])
  assert.deepEqual(tried, new Set([...OFFER_FAULT_CODES, 'ok']))
})

test('an announcement fits its frame with the largest numbers and comes back', () => {
  const most = Number.MAX_SAFE_INTEGER
  const announcement = { host: HOST, sequence: most, offer: HASH, expiresAtMs: most }
  const bytes = encodeAnnouncement(announcement)
  assert.ok(bytes.byteLength <= 96)
  assert.deepEqual(decodeAnnouncement(bytes), announcement)
  assert.throws(() => decodeAnnouncement(bytes.subarray(1)), /offer announcement/)
  assert.equal(offerTopic(NETWORK), '/virtuoso/fefefefe/market/offers/1.0.0')
})

// rate limit

test('a bucket gives its burst, then what the time has earned, and no more for a clock set back', () => {
  const limit = { burst: 2, perSecond: 10 }
  let bucket = fullBucket(limit, 1_000)
  const take = (nowMs: number): boolean => {
    const taken = takeToken(bucket, limit, nowMs)
    bucket = taken.bucket
    return taken.allowed
  }
  assert.deepEqual([take(1_000), take(1_000), take(1_000)], [true, true, false])
  assert.deepEqual([take(1_099), take(1_100), take(1_100)], [false, true, false])
  assert.deepEqual([take(0), take(1_100)], [false, false])
  assert.deepEqual([take(60_000), take(60_000), take(60_000)], [true, true, false])
})

// console

const OPEN: ConsoleOpen = {
  machine: MACHINE,
  kind: 'serial',
  peer: 'me',
  expiresAtMs: NOW + 60_000,
  nonce: '0d'.repeat(16)
}
const consoleContext: ConsoleContext = {
  ...by,
  nowMs: NOW,
  peer: 'me',
  owner: machine => (machine === MACHINE ? { id: ACCOUNT, key: ownerKey.publicKey } : undefined),
  nonceUsed: () => false
}
const consoleCode = (
  change: Partial<ConsoleOpen>,
  changed: Partial<ConsoleContext> = {},
  key: Signer = ownerKey
): string =>
  judgeConsoleOpen(signConsoleOpen(NETWORK, { ...OPEN, ...change }, ACCOUNT, key), {
    ...consoleContext,
    ...changed
  })?.code ?? 'ok'

test('a console permission opens what it says, for whom, once, and for a minute', () => {
  assert.equal(consoleCode({}), 'ok')
  assert.equal(consoleCode({ expiresAtMs: NOW }), 'EXPIRED')
  assert.equal(consoleCode({ expiresAtMs: NOW + 1 }), 'ok')
  assert.equal(consoleCode({ expiresAtMs: NOW + 60_001 }), 'LIVES_TOO_LONG')
  assert.equal(consoleCode({}, { peer: 'another' }), 'WRONG_PEER')
  assert.equal(consoleCode({}, { nonceUsed: nonce => nonce === OPEN.nonce }), 'NONCE_USED')
  assert.equal(consoleCode({ machine: HOST }), 'MACHINE_UNKNOWN')
  assert.equal(consoleCode({}, {}, hostKey), 'FORGED')
  assert.equal(consoleCode({}, { network: HASH }), 'FORGED')
  const owner = (): { id: string; key: string } => ({
    id: HASH.slice(0, 32),
    key: ownerKey.publicKey
  })
  assert.equal(consoleCode({}, { owner }), 'NOT_OWNER')
})

test('a permission altered after it was signed is FORGED', () => {
  const signed = signConsoleOpen(NETWORK, OPEN, ACCOUNT, ownerKey)
  const altered = { ...signed, open: { ...signed.open, kind: 'vnc' as const } }
  assert.equal(judgeConsoleOpen(altered, consoleContext)?.code, 'FORGED')
})

// acceptance requests

test('a request for an acceptance is by the owner, on this network, and unaltered', () => {
  const request = {
    machine: MACHINE,
    version: 3,
    as: 'destination' as const,
    offer: SIGNED_OFFER,
    expiryHeight: 60
  }
  const signed = acceptRequest.sign(NETWORK, request, ACCOUNT, ownerKey)
  assert.ok(acceptRequest.verify(by, signed, ownerKey.publicKey))
  assert.ok(!acceptRequest.verify(by, signed, hostKey.publicKey))
  assert.ok(!acceptRequest.verify({ ...by, network: HASH }, signed, ownerKey.publicKey))
  const altered = { ...signed, request: { ...request, version: 4 } }
  assert.ok(!acceptRequest.verify(by, altered, ownerKey.publicKey))
})

test('a request to purge is by the owner, on this network, and unaltered', () => {
  const request = { machine: MACHINE, host: HOST, version: 3 }
  const signed = purgeRequest.sign(NETWORK, request, ACCOUNT, ownerKey)
  assert.ok(purgeRequest.verify(by, signed, ownerKey.publicKey))
  assert.ok(!purgeRequest.verify(by, signed, hostKey.publicKey))
  assert.ok(!purgeRequest.verify({ ...by, network: HASH }, signed, ownerKey.publicKey))
  for (const change of [{ version: 4 }, { host: MACHINE }, { machine: HOST }]) {
    const altered = { ...signed, request: { ...request, ...change } }
    assert.ok(!purgeRequest.verify(by, altered, ownerKey.publicKey))
  }
})
