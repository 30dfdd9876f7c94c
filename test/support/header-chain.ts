/** Headers of a ledger of many epochs, each certified by its set; the blocks themselves are nobody's business here. */
import {
  type CertifiedHeader,
  type Genesis,
  type Header,
  hashHeader,
  type Member,
  networkOf,
  quorumOf,
  type Signer,
  setHashOf,
  signFinalize
} from '../../ledger/index.ts'
import { testCrypto, testSigner } from './ed25519.ts'
import * as sample from './ledger-samples.ts'

/** The coordinators of one epoch, with their keys. */
export interface TestSet {
  readonly epoch: number
  readonly signers: readonly Signer[]
  readonly members: readonly Member[]
}

/** The set of an epoch; each epoch has keys of its own. */
export function testSet(epoch: number, size = 4): TestSet {
  const signers = Array.from({ length: size }, (_, at) =>
    testSigner(`epoch ${epoch}, member ${at}`)
  )
  const members = signers.map(({ publicKey }, at) => ({ name: `e${epoch}m${at}`, key: publicKey }))
  return { epoch, signers, members }
}

/** A network whose first set is that of epoch 0. */
export const epochsGenesis: Genesis = { ...sample.genesis, coordinators: testSet(0).members }
export const epochsNetwork: string = networkOf(epochsGenesis, testCrypto)

export function headerOf(set: TestSet, height: number, change: Partial<Header> = {}): Header {
  return {
    epoch: set.epoch,
    height,
    view: height,
    parent: sample.someHash,
    timeMs: sample.genesis.timeMs + height * 1_000,
    transactionRoot: sample.someHash,
    stateRoot: sample.someHash,
    logRoot: sample.someHash,
    setHash: setHashOf(set.members, testCrypto),
    parentVotes: 0,
    nextSet: null,
    ...change
  }
}

/** By a quorum of `signers`; over the last header of `descent` where there is one. */
export function certify(
  header: Header,
  signers: readonly Signer[],
  descent: readonly Header[] = [],
  network: string = epochsNetwork
): CertifiedHeader {
  const last = descent.at(-1) ?? header
  const subject = { epoch: last.epoch, view: last.view, block: hashHeader(last, testCrypto) }
  const votes = signers
    .slice(0, quorumOf(signers.length))
    .map(signer => signFinalize(network, subject, signer))
  return { header, certificate: { kind: 'finalize', ...subject, votes }, descent }
}

/** The last header of `set`'s epoch, which hands over to the set of the next. */
export function handOver(set: TestSet, height: number): CertifiedHeader {
  const { members } = testSet(set.epoch + 1)
  return certify(headerOf(set, height, { nextSet: members }), set.signers)
}

/** An empty block of the same epoch on another. */
export function sealingOn(parent: Header, change: Partial<Header> = {}): Header {
  const { height, view } = parent
  const hash = hashHeader(parent, testCrypto)
  return { ...parent, height: height + 1, view: view + 1, parent: hash, nextSet: null, ...change }
}
