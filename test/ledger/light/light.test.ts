import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import {
  type CertifiedHeader,
  checkHeader,
  decodeAs,
  encodeAs,
  HEAD_AGE_MAX_MS,
  hashHeader,
  LIGHT_FAULTS,
  type Light,
  type LightStep,
  lightCodec,
  lightFrom,
  takeHandOver,
  takeHead
} from '../../../ledger/index.ts'
import { testCrypto } from '../../support/ed25519.ts'
import {
  certify,
  epochsGenesis,
  handOver,
  headerOf,
  sealingOn,
  testSet
} from '../../support/header-chain.ts'
import * as sample from '../../support/ledger-samples.ts'

const start = lightFrom(epochsGenesis, testCrypto)
const [first, second, third] = [testSet(0), testSet(1), testSet(2)]

function taken(step: LightStep): Light {
  assert.ok(step.ok, step.ok ? '' : `${step.fault.code}: ${step.fault.message}`)
  return step.light
}

function codeOf(step: LightStep): string {
  return step.ok ? 'taken' : step.fault.code
}

/** At the time of the header, unless told otherwise. */
function head(light: Light, certified: CertifiedHeader, lateMs = 0): LightStep {
  return takeHead(light, certified, testCrypto, certified.header.timeMs + lateMs)
}

function over(light: Light, certified: CertifiedHeader): LightStep {
  return takeHandOver(light, certified, testCrypto)
}

const inSecond = taken(over(start, handOver(first, 10)))

test('from the genesis on each hand-over leads to the next set, and the head is its word', () => {
  let light = start
  for (let epoch = 0; epoch < 20; epoch++) {
    light = taken(over(light, handOver(testSet(epoch), 10 * (epoch + 1))))
    assert.equal(light.epoch, epoch + 1)
    assert.deepEqual(light.members, testSet(epoch + 1).members)
  }
  const newest = certify(headerOf(testSet(20), 205), testSet(20).signers)
  light = taken(head(light, newest))
  assert.deepEqual(light.head, newest.header)
})

test('a set of one is followed like a larger one', () => {
  const genesis = { ...epochsGenesis, coordinators: testSet(0, 1).members }
  const light = lightFrom(genesis, testCrypto)
  const header = headerOf(testSet(0, 1), 1)
  const certified = certify(header, testSet(0, 1).signers, [], light.network)
  assert.equal(codeOf(head(light, certified)), 'taken')
})

test('a head is taken up to 30 s old and 30 s ahead, and not a millisecond more', () => {
  const certified = certify(headerOf(first, 5), first.signers)
  assert.equal(codeOf(head(start, certified, HEAD_AGE_MAX_MS)), 'taken')
  assert.equal(codeOf(head(start, certified, HEAD_AGE_MAX_MS + 1)), 'LIGHT_STALE')
  assert.equal(codeOf(head(start, certified, -HEAD_AGE_MAX_MS)), 'taken')
  assert.equal(codeOf(head(start, certified, -HEAD_AGE_MAX_MS - 1)), 'LIGHT_EARLY')
})

test('a head that was taken before is refused once it is stale', () => {
  const certified = certify(headerOf(first, 5), first.signers)
  const light = taken(head(start, certified))
  assert.equal(codeOf(head(light, certified, HEAD_AGE_MAX_MS + 1)), 'LIGHT_STALE')
})

test('a past set certifies nothing any more, however new it says it is', () => {
  const late = certify(headerOf(first, 12), first.signers)
  assert.equal(codeOf(head(inSecond, late)), 'LIGHT_PAST_SET')
  const underNewEpoch = certify(headerOf(second, 12), first.signers)
  assert.equal(codeOf(head(inSecond, underNewEpoch)), 'CERTIFICATE_STRANGER')
})

test('a forged hand-over is refused: by strangers, by too few, under another set', () => {
  const header = headerOf(first, 10, { nextSet: third.members })
  assert.equal(codeOf(over(start, certify(header, third.signers))), 'CERTIFICATE_STRANGER')
  const few = certify(header, first.signers.slice(0, 1))
  assert.equal(codeOf(over(start, few)), 'CERTIFICATE_TOO_FEW')
  const renamed = headerOf(first, 10, { nextSet: third.members, setHash: sample.someHash })
  assert.equal(codeOf(over(start, certify(renamed, first.signers))), 'LIGHT_WRONG_SET')
})

test('a hand-over whose next set was exchanged afterwards is refused', () => {
  const good = handOver(first, 10)
  const forged = { ...good, header: { ...good.header, nextSet: third.members } }
  assert.equal(codeOf(over(start, forged)), 'CERTIFICATE_ASTRAY')
})

test('a header that names no next set is no hand-over', () => {
  const plain = certify(headerOf(first, 10), first.signers)
  assert.equal(codeOf(over(start, plain)), 'LIGHT_NO_HAND_OVER')
})

test('epochs cannot be left out or taken twice', () => {
  assert.equal(codeOf(over(start, handOver(second, 20))), 'LIGHT_UNKNOWN_EPOCH')
  assert.equal(codeOf(over(inSecond, handOver(first, 10))), 'LIGHT_PAST_SET')
  const ahead = certify(headerOf(second, 12), second.signers)
  assert.equal(codeOf(head(start, ahead)), 'LIGHT_UNKNOWN_EPOCH')
})

test('the last header of an epoch is the head until the next set has made one', () => {
  const last = handOver(first, 10)
  assert.equal(codeOf(head(inSecond, last)), 'taken')
  const light = taken(head(inSecond, certify(headerOf(second, 11), second.signers)))
  assert.equal(codeOf(head(light, last)), 'LIGHT_PAST_SET')
})

test('a head that is itself the last of its epoch hands over', () => {
  const light = taken(head(start, handOver(first, 10)))
  assert.equal(light.epoch, 1)
  assert.deepEqual(light.members, second.members)
})

test("an empty header on an epoch's last makes it final, a header of another epoch does not", () => {
  const last = headerOf(first, 10, { nextSet: second.members })
  const sealing = sealingOn(last)
  const twice = sealingOn(sealing)
  assert.equal(codeOf(over(start, certify(last, first.signers, [sealing, twice]))), 'taken')
  assert.equal(codeOf(over(start, certify(last, first.signers, [twice]))), 'CERTIFICATE_ASTRAY')
  const foreign = sealingOn(last, { epoch: 1 })
  assert.equal(codeOf(over(start, certify(last, first.signers, [foreign]))), 'CERTIFICATE_ASTRAY')
})

test('it never goes back in height', () => {
  const light = taken(head(start, certify(headerOf(first, 7), first.signers)))
  assert.equal(codeOf(head(light, certify(headerOf(first, 6), first.signers))), 'LIGHT_BACK')
  assert.equal(codeOf(head(light, certify(headerOf(first, 7), first.signers))), 'taken')
  assert.equal(codeOf(head(light, certify(headerOf(first, 8), first.signers))), 'taken')
})

test('two final headers of one height are called a fork', () => {
  const light = taken(head(start, certify(headerOf(first, 7), first.signers)))
  const rival = headerOf(first, 7, { stateRoot: 'cd'.repeat(32) })
  assert.equal(codeOf(head(light, certify(rival, first.signers))), 'LIGHT_FORKED')
})

test("a certificate of another network's set is refused", () => {
  const certified = certify(headerOf(first, 7), first.signers, [], sample.network)
  assert.equal(codeOf(head(start, certified)), 'CERTIFICATE_FORGED')
})

test("an older block is believed by the set of its own epoch, up to that epoch's end", () => {
  const check = (certified: CertifiedHeader): string =>
    checkHeader(inSecond, certified, testCrypto)?.code ?? 'good'
  assert.equal(check(certify(headerOf(first, 3), first.signers)), 'good')
  assert.equal(check(certify(headerOf(first, 10), first.signers)), 'good')
  assert.equal(check(certify(headerOf(first, 11), first.signers)), 'LIGHT_PAST_SET')
  assert.equal(check(certify(headerOf(second, 11), second.signers)), 'good')
  assert.equal(check(certify(headerOf(first, 3), second.signers)), 'CERTIFICATE_STRANGER')
  assert.equal(check(certify(headerOf(third, 30), third.signers)), 'LIGHT_UNKNOWN_EPOCH')
})

test('what it knows survives a restart', () => {
  for (const light of [start, inSecond]) {
    assert.deepEqual(decodeAs(lightCodec, encodeAs(lightCodec, light)), light)
  }
})

test('every byte of a hand-over counts', () => {
  const good = handOver(first, 10)
  const fields = ['parent', 'transactionRoot', 'stateRoot', 'logRoot'] as const
  for (const field of fields) {
    const altered = { ...good, header: { ...good.header, [field]: 'cd'.repeat(32) } }
    assert.notEqual(hashHeader(altered.header, testCrypto), hashHeader(good.header, testCrypto))
    assert.equal(codeOf(over(start, altered)), 'CERTIFICATE_ASTRAY', field)
  }
})

test('the faults are those that the page lists', () => {
  const page = readFileSync('ledger/light/SPEC.md', 'utf8')
  assert.ok(page.includes(`\`${LIGHT_FAULTS.join(' ')}\``))
})
