/** A whole network of four coordinators that votes others in: blocks with all that an export can hold, signed by quorums. */
import {
  accountIdOf,
  type Block,
  type Body,
  buildBlock,
  type Certificate,
  type CertifiedBlock,
  chainContext,
  type Genesis,
  genesisTip,
  type Header,
  hashHeader,
  type Member,
  membersOf,
  type Proposal,
  quorumOf,
  type SignedTransaction,
  type Signer,
  setHashOf,
  signCandidateProof,
  signFinalize,
  signHostProof,
  signTransaction,
  type Tip,
  tipAfter
} from '../../ledger/index.ts'
import { testCrypto, testSigner } from './ed25519.ts'
import * as sample from './ledger-samples.ts'

/** Their first set, and who is voted in: names are those of accounts, each with a consensus key of its own. */
const FOUNDERS = ['faye', 'finn', 'flora', 'fritz'] as const
const ELECTED = ['anna', 'bert', 'cleo', 'dora'] as const

export const electedGenesis: Genesis = {
  ...sample.genesis,
  coordinators: FOUNDERS.map(name => ({ name, key: consensusKey(name).publicKey })),
  parameters: {
    ...sample.genesis.parameters,
    // Two blocks.
    alivePeriodMs: 2_000,
    election: {
      epochBlocks: 4,
      epochMs: 3_600_000,
      tallyBlocks: 1,
      bond: 1_000_000_000_000n,
      turnoutPercent: 10,
      sizeMax: 4,
      silenceViews: 1_000
    }
  }
}

const context = chainContext(electedGenesis, testCrypto)
/** The network of this genesis. */
export const electedNetwork: string = context.network

/** Grows block by block. */
export class ElectedChain {
  readonly blocks: CertifiedBlock[] = []
  /** By height, from that of the genesis on. */
  readonly tips: Tip[] = [genesisTip(electedGenesis, testCrypto)]
  readonly #nonces = new Map<string, number>()

  get tip(): Tip {
    return this.tipAt(this.blocks.length)
  }

  tipAt(height: number): Tip {
    const tip = this.tips[height]
    if (tip === undefined) throw new Error(`there is no block ${height}`)
    return tip
  }

  /** Signed by a person's key with the next nonce. */
  by(name: string, body: Body): SignedTransaction {
    const nonce = this.nextNonce(name)
    this.#nonces.set(name, nonce)
    const signer = { kind: 'account', id: accountId(name) } as const
    const transaction = {
      signer,
      nonce,
      expiryHeight: this.tip.state.height + 100,
      feeMax: 0n,
      body
    }
    return signTransaction(electedNetwork, transaction, personalKey(name))
  }

  nextNonce(name: string): number {
    return (this.#nonces.get(name) ?? 0) + 1
  }

  open(name: string, kind: 'buyer' | 'provider' = 'buyer'): SignedTransaction {
    return this.by(name, { type: 'open-account', name, kind, key: personalKey(name).publicKey })
  }

  stand(name: string): SignedTransaction {
    const key = consensusKey(name)
    const proof = signCandidateProof(electedNetwork, accountId(name), this.nextNonce(name), key)
    return this.by(name, { type: 'stand', key: key.publicKey, addresses: [], proof })
  }

  registerHost(owner: string): SignedTransaction {
    const key = testSigner(`host of ${owner}`)
    const proof = signHostProof(electedNetwork, accountId(owner), this.nextNonce(owner), key)
    return this.by(owner, { ...sample.registerHost, key: key.publicKey, proof })
  }

  /** Signed by the host that `owner` registered; `nonce` is 0 where a height stands for it. */
  byHost(owner: string, nonce: number, body: Body): SignedTransaction {
    const key = testSigner(`host of ${owner}`)
    const host = this.tip.state.hostWithKey(key.publicKey)
    if (host === undefined) throw new Error(`${owner} has no host`)
    const signer = { kind: 'host', id: host.uuid } as const
    const transaction = {
      signer,
      nonce,
      expiryHeight: this.tip.state.height + 100,
      feeMax: 0n,
      body
    }
    return signTransaction(electedNetwork, transaction, key)
  }

  /** The next block of the chain; `sealings` empty blocks stand between it and its certificate. */
  add(transactions: readonly SignedTransaction[] = [], sealings = 0): CertifiedBlock {
    const members = membersOf(this.tip)
    const { block, tip } = this.#make(this.tip, { transactions })
    const descent: Header[] = []
    for (let over = tip; descent.length < sealings; ) {
      const sealing = this.#make(over, { epoch: over.epoch, view: over.view + 1 }, members)
      descent.push(sealing.block.header)
      over = sealing.tip
    }
    const certificate = certificateBy(members, descent.at(-1) ?? block.header)
    const certified = { block, certificate, descent }
    this.blocks.push(certified)
    this.tips.push(tip)
    return certified
  }

  #make(
    tip: Tip,
    proposal: Partial<Proposal>,
    members = membersOf(tip)
  ): { block: Block; tip: Tip } {
    const { epoch } = tip.state.epoch
    const { block, state, excluded } = buildBlock(
      tip,
      {
        epoch,
        view: epoch === tip.epoch ? tip.view + 1 : 1,
        timeMs: tip.state.timeMs + 1_000,
        setHash: setHashOf(members, testCrypto),
        parentVotes: epoch === tip.epoch && tip.view > 0 ? 0b0111 : 0,
        transactions: [],
        ...proposal
      },
      context
    )
    for (const { rejection } of excluded) throw new Error(rejection?.message)
    return { block, tip: tipAfter(tip, block.header, state, testCrypto) }
  }
}

/**
 * Eighteen blocks: accounts, a host, a machine, money from the issuer and refused transactions at first; candidates and
 * votes in epoch 2; a hand-over to those who were elected, final by sealing blocks; and a block of theirs that is
 * final by the one after it.
 */
export function electedChain(): ElectedChain {
  const chain = new ElectedChain()
  const people = [...ELECTED, 'voter']
  chain.add([...people.map(name => chain.open(name)), chain.open('peer', 'provider')])
  chain.add([chain.open('issuer'), chain.registerHost('peer')])
  const amount = 7_000_000_000_000n
  chain.add([chain.by('issuer', { type: 'issue', to: accountId('voter'), amount })], 1)
  chain.add([
    chain.by('voter', sample.registerMachine),
    chain.by('voter', { type: 'discard-machine', machine: sample.machineUuid })
  ])
  chain.add([
    chain.byHost('peer', 0, { type: 'alive', height: 5 }),
    chain.byHost('peer', 1, { type: 'evict', machine: sample.machineUuid, version: 1 })
  ])
  while (chain.tip.state.epoch.epoch < 2) chain.add()
  chain.add(ELECTED.map(name => chain.stand(name)))
  chain.add([chain.by('voter', { type: 'vote', candidates: ELECTED.map(accountId) })])
  while (chain.tip.state.height < 11) chain.add()
  chain.add([], 2)
  while (chain.tip.state.height < 18) chain.add([], chain.tip.state.height % 4 === 1 ? 1 : 0)
  return chain
}

/** A quorum of `members` finalizes the block of `header`. */
export function certificateBy(members: readonly Member[], header: Header): Certificate {
  const subject = {
    epoch: header.epoch,
    view: header.view,
    block: hashHeader(header, testCrypto)
  }
  const signers = members.slice(0, quorumOf(members.length)).map(({ name }) => consensusKey(name))
  const votes = signers.map(signer => signFinalize(electedNetwork, subject, signer))
  return { kind: 'finalize', ...subject, votes }
}

export function consensusKey(name: string): Signer {
  return testSigner(`node of ${name}`)
}

export function personalKey(name: string): Signer {
  return testSigner(name)
}

export function accountId(name: string): string {
  return accountIdOf(personalKey(name).publicKey, testCrypto)
}
