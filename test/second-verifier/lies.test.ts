/**
 * Blocks that a quorum of coordinators made up: hashed, signed and framed as they should be, and wrong. The second verifier
 * finds what needs no execution; the rest, which it takes on the word of the quorum, is listed at the end.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { decode, encode } from '@ipld/dag-cbor'
import {
  type Block,
  type Certificate,
  type CertifiedBlock,
  certifiedBlockCodec,
  encodeAs,
  fromHex,
  genesisCodec,
  type Header,
  type Member,
  membersOf,
  merkleRoot,
  type ResultCode,
  type SignedTransaction,
  type Signer,
  signFinalize,
  signTransaction,
  toHex,
  transactionLeaf,
  type Vote
} from '../../ledger/index.ts'
import { ROOT } from '../gates/bad-tree.ts'
import { testCrypto, testSigner } from '../support/ed25519.ts'
import {
  accountId,
  certificateBy,
  consensusKey,
  electedChain,
  electedGenesis,
  electedNetwork,
  personalKey
} from '../support/elected-chain.ts'
import { audited, exported } from '../support/exports.ts'
import { someHash } from '../support/ledger-samples.ts'
import { verifyExport } from './verifier.ts'

const chain = electedChain()

/** A certified block in the place of the one at a height. */
interface Lie {
  readonly at: number
  readonly certified: CertifiedBlock
}

interface Found {
  /** What ours says; the second verifier has sentences only. */
  readonly code: string
  readonly ours: number
  readonly second: number | null
}

async function judged({ at, certified }: Lie): Promise<Found> {
  const blocks = [...chain.blocks.slice(0, at - 1), certified]
  const bytes = await exported(blocks, { genesis: electedGenesis })
  const fault = await audited(bytes)
  assert.ok(fault, 'ours accepts it')
  return { code: fault.code, ours: fault.height, second: verifyExport(Buffer.from(bytes)).height }
}

function blockAt(height: number): CertifiedBlock {
  const certified = chain.blocks[height - 1]
  assert.ok(certified)
  return certified
}

/** A block with another content, for which its quorum signs; the transaction root is that of its transactions. */
function retold(at: number, change: (block: Block) => Partial<Block>): Lie {
  const { block } = blockAt(at)
  const other = { ...block, ...change(block) }
  const leaves = other.transactions.map((signed, place) =>
    transactionLeaf(signed, other.results[place] ?? null)
  )
  const isGiven = other.header.transactionRoot !== block.header.transactionRoot
  const transactionRoot = isGiven
    ? other.header.transactionRoot
    : toHex(merkleRoot(testCrypto, leaves))
  return signed(at, { ...other, header: { ...other.header, transactionRoot } })
}

/** By a quorum of those who may certify it. */
function signed(at: number, block: Block, descent: readonly Header[] = []): Lie {
  const quorum = membersOf(chain.tipAt(at - 1))
  const certificate = certificateBy(quorum, descent.at(-1) ?? block.header)
  return { at, certified: { block, certificate, descent } }
}

function withHeader(at: number, change: Partial<Header>): Lie {
  return retold(at, ({ header }) => ({ header: { ...header, ...change } }))
}

/** Block 10, the vote, with one transaction in its place. */
function withTransaction(transaction: SignedTransaction, result: ResultCode = null): Lie {
  return retold(10, () => ({ transactions: [transaction], results: [result] }))
}

type Change = Partial<SignedTransaction['transaction']>

/** The voter's next transaction; the vote of block 10 unless changed. */
function voters(change: Change = {}, key = personalKey('voter')): SignedTransaction {
  const [vote] = blockAt(10).block.transactions
  assert.ok(vote)
  return signTransaction(electedNetwork, { ...vote.transaction, ...change }, key)
}

const { header } = blockAt(10).block
const { header: last } = blockAt(12).block
const { descent } = blockAt(12)
const stranger = testSigner('stranger')
const issue = { type: 'issue', to: accountId('voter'), amount: 5n } as const
const open = {
  type: 'open-account',
  name: 'mallory',
  kind: 'buyer',
  key: stranger.publicKey
} as const

const headers: Readonly<Record<string, Lie>> = {
  'a height that is left out': withHeader(10, { height: 11 }),
  'another parent': withHeader(10, { parent: someHash }),
  'an epoch too late': withHeader(10, { epoch: 3 }),
  'the view of its parent': withHeader(10, { view: 1 }),
  'the time of its parent': withHeader(10, { timeMs: blockAt(9).block.header.timeMs }),
  'another log root': withHeader(10, { logRoot: someHash }),
  'another set': withHeader(10, { setHash: someHash }),
  'a voter beyond the set': withHeader(10, { parentVotes: 0b10000 }),
  'voters in the first block of an epoch': withHeader(9, { parentVotes: 1 }),
  'a transaction root of nothing': withHeader(10, { transactionRoot: someHash })
}

const transactions: Readonly<Record<string, Lie>> = {
  'a transaction signed by another': withTransaction(voters({}, stranger)),
  'a signature of another transaction': withTransaction({
    ...voters(),
    signature: voters({ expiryHeight: 11 }).signature
  }),
  'a nonce that was used': withTransaction(voters({ nonce: 3 })),
  'a nonce that is not yet due': withTransaction(voters({ nonce: 5 })),
  'an alive record with a nonce': retold(5, ({ transactions: [alive, ...others], results }) => ({
    transactions: alive
      ? [
          signTransaction(
            electedNetwork,
            { ...alive.transaction, nonce: 1 },
            testSigner('host of peer')
          ),
          ...others
        ]
      : [],
    results
  })),
  'a transaction that has expired': withTransaction(voters({ expiryHeight: 9 })),
  'a transaction that never expires': withTransaction(voters({ expiryHeight: 1_011 })),
  'a signer that nobody knows': withTransaction(
    voters({ signer: { kind: 'account', id: accountId('stranger') }, nonce: 1 }, stranger)
  ),
  'an account under the signature of a host': withTransaction(
    voters({
      signer: {
        kind: 'host',
        id: chain.tip.state.hostWithKey(testSigner('host of peer').publicKey)?.uuid ?? ''
      }
    })
  ),
  'an account of another key’s id': withTransaction(
    voters({ signer: { kind: 'account', id: '0f'.repeat(16) }, nonce: 1, body: open }, stranger)
  ),
  'an account that is opened twice': withTransaction(
    voters({
      body: {
        type: 'open-account',
        name: 'again',
        kind: 'buyer',
        key: personalKey('voter').publicKey
      }
    })
  ),
  'a result with which it may stand in no block': withTransaction(voters(), 'INVALID_NONCE'),
  'money of one who is not the issuer': withTransaction(voters({ body: issue }))
}

const members = membersOf(chain.tipAt(9))
const { block, certificate } = blockAt(10)

function withCertificate(change: Partial<Certificate>): Lie {
  return { at: 10, certified: { block, certificate: { ...certificate, ...change }, descent: [] } }
}

/** Blocks 12 and 13, the last of one set and the first of the next. */
function certifiedBy(at: number, quorum: readonly Member[]): Lie {
  const { block, descent } = blockAt(at)
  const over = descent.at(-1) ?? block.header
  return { at, certified: { block, certificate: certificateBy(quorum, over), descent } }
}

function withDescent(change: Partial<Header>): Lie {
  return signed(
    12,
    blockAt(12).block,
    descent.slice(0, 1).map(sealing => ({ ...sealing, ...change }))
  )
}

function voteOf(key: Signer, view: number = header.view): Vote {
  return signFinalize(electedNetwork, { epoch: header.epoch, view, block: certificate.block }, key)
}

const [first, second, third] = certificate.votes
assert.ok(first && second && third)

const certificates: Readonly<Record<string, Lie>> = {
  'too few votes': withCertificate({ votes: [first, second] }),
  'a member counted twice': withCertificate({ votes: [first, second, second] }),
  'the vote of a stranger': withCertificate({ votes: [first, second, voteOf(stranger)] }),
  'a forged vote': withCertificate({
    votes: [first, second, { ...voteOf(stranger), signer: third.signer }]
  }),
  'a vote for another view': withCertificate({
    votes: [first, second, voteOf(consensusKey('flora'), 7)]
  }),
  'a signature in its other form': withCertificate({ votes: [twinOf(first), second, third] }),
  'the certificate of the block before': withCertificate(blockAt(9).certificate),
  'the certificate of another view': withCertificate({ view: 9 }),
  'the set before the hand-over': certifiedBy(13, electedGenesis.coordinators),
  'the set after the hand-over, too early': certifiedBy(12, membersOf(chain.tipAt(12))),
  'a descent from another block': withDescent({ parent: someHash }),
  'a descent of an old view': withDescent({ view: last.view }),
  'a descent into the next epoch': withDescent({ epoch: 3 }),
  'a descent that changes the state': withDescent({ stateRoot: someHash }),
  'a descent that hands over again': withDescent({ nextSet: members })
}

for (const [part, lies] of Object.entries({ headers, transactions, certificates })) {
  test(`both find what is wrong with ${part}, whoever signed for it`, async () => {
    for (const [lie, told] of Object.entries(lies)) {
      const { ours, second: others } = await judged(told)
      assert.deepEqual([ours, others], [told.at, told.at], lie)
    }
  })
}

/** The classes of `ledger/export/SPEC.md`, "What needs execution", each with the code by which ours refuses it. */
const UNSEEN: Readonly<Record<string, readonly [string, Lie]>> = {
  'a state that is not what the transactions give': [
    'WRONG_STATE_ROOT',
    withHeader(10, { stateRoot: someHash })
  ],
  'a result that is not what the rule gives': [
    'WRONG_RESULT',
    withTransaction(voters(), 'BALLOT_STRANGER')
  ],
  'a set that nobody elected': [
    'WRONG_NEXT_SET',
    signed(12, {
      ...blockAt(12).block,
      header: { ...last, nextSet: [{ name: 'mallory', key: stranger.publicKey }] }
    })
  ],
  'an epoch that ends early': ['WRONG_NEXT_SET', withHeader(10, { nextSet: members })],
  'an epoch that does not end': [
    'WRONG_NEXT_SET',
    signed(12, { ...blockAt(12).block, header: { ...last, nextSet: null } })
  ],
  'a statement inside a transaction that is not signed': [
    'WRONG_RESULT',
    withTransaction(
      voters({
        body: { type: 'stand', key: stranger.publicKey, addresses: [], proof: '01'.repeat(64) }
      })
    )
  ],
  'a transaction without the money for its bond': [
    'WRONG_RESULT',
    withTransaction(voters({ body: { ...issue, amount: 0n } }), 'INSUFFICIENT_FUNDS')
  ],
  'a fee that nobody agreed to, or a sender of another kind': [
    'INADMISSIBLE',
    withTransaction(voters({ body: { type: 'alive', height: 10 }, nonce: 0 }))
  ],
  'more than 1 MiB of transactions': ['TOO_LARGE', tooLarge()],
  'an alive record or a heartbeat out of turn': [
    'INADMISSIBLE',
    retold(6, () => ({
      transactions: blockAt(5).block.transactions.slice(0, 1),
      results: [null]
    }))
  ]
}

test('what needs execution is found by ours alone, each class by its code', async () => {
  for (const [lie, [code, told]] of Object.entries(UNSEEN)) {
    const found = await judged(told)
    assert.deepEqual(found, { code, ours: told.at, second: null }, lie)
  }
})

test('the page of the format lists the codes that need execution', () => {
  const page = readFileSync(join(ROOT, 'ledger/export/SPEC.md'), 'utf8')
  const [, section = ''] = page.split('## What needs execution')
  const listed = [...section.matchAll(/\| `([A-Z_]+)`/g)].map(([, code]) => code)
  const found = new Set(Object.values(UNSEEN).map(([code]) => code))
  assert.deepEqual(new Set(listed), found.add('EXPORT_BLOCK'))
})

test('a body beyond its bounds is found by ours alone, as a block that does not decode', async () => {
  const candidates = Array.from({ length: 17 }, () => fromHex(accountId('anna')))
  for (const [names, code] of [
    [candidates.slice(1), null],
    [candidates, 'EXPORT_BLOCK']
  ] as const) {
    const bytes = withRawBody(['vote', [names]])
    const fault = await audited(bytes)
    // Sixteen times the same name is a ballot that does not count, but one that can be written.
    assert.equal(fault?.code, code ?? 'WRONG_RESULT')
    assert.deepEqual([fault?.height, verifyExport(bytes).height], [10, null])
  }
})

/** Half of a mebibyte over again of candidates with the longest addresses there are. */
function tooLarge(): Lie {
  const body = {
    type: 'stand',
    key: stranger.publicKey,
    addresses: Array.from({ length: 8 }, () => 'a'.repeat(256)),
    proof: '01'.repeat(64)
  } as const
  const transactions = Array.from({ length: 460 }, (_, at) => voters({ nonce: 4 + at, body }))
  const results = transactions.map(() => 'BOND_MISSING' as const)
  return retold(10, () => ({ transactions, results }))
}

/** Ten blocks, the last one with a vote of any form, written without our codecs. */
function withRawBody(body: readonly unknown[]): Buffer {
  type Raw = [[unknown[], [[unknown[], Uint8Array]], [null]], unknown[], unknown[][]]
  const network = fromHex(electedNetwork)
  const [block, certificate, none]: Raw = decode(encodeAs(certifiedBlockCodec, blockAt(10)))
  const [[header, [[vote]]], key] = [block, personalKey('voter')]
  const changed = [...vote.slice(0, 4), body]
  const signature = key.sign(signedBytesOf('transaction', network, changed))
  const root = merkleRoot(testCrypto, [encode([[changed, signature], null])])
  const other = [...header.slice(0, 5), root, ...header.slice(6)]
  const subject = [header[0], header[2], testCrypto.sha256(encode(other))]
  const votes = members.slice(0, 3).map(({ name }) => {
    const member = consensusKey(name)
    return [fromHex(member.publicKey), member.sign(signedBytesOf('finalize', network, subject))]
  })
  const told = [[other, [[changed, signature]], [null]], [certificate[0], ...subject, votes], none]
  const beginning = encode([network, decode(encodeAs(genesisCodec, electedGenesis)), 1])
  const honest = chain.blocks.slice(0, 9).map(each => encodeAs(certifiedBlockCodec, each))
  const frames = [beginning, ...honest, encode(told)].map((payload, at) => ({
    kind: Buffer.from(at === 0 ? 'G' : 'B'),
    payload
  }))
  const leaves = frames.map(({ kind, payload }) => Buffer.concat([kind, payload]))
  const trailer = { kind: Buffer.from('T'), payload: encode([10, merkleRoot(testCrypto, leaves)]) }
  const framed = [...frames, trailer].map(({ kind, payload }) => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(payload.length)
    return Buffer.concat([kind, length, payload])
  })
  return Buffer.concat([Buffer.from('virtuoso-export/1\n'), ...framed])
}

function signedBytesOf(what: string, network: Uint8Array, value: unknown): Uint8Array {
  return Buffer.concat([Buffer.from(`virtuoso/${what}/1\n`), network, encode(value)])
}

/** S + the order of the group: some libraries take it, the ledger does not. */
function twinOf({ signer, signature }: Vote): Vote {
  const bytes = fromHex(signature)
  const order = 2n ** 252n + 27742317777372353535851937790883648493n
  let rest = BigInt(`0x${toHex(bytes.slice(32).reverse())}`) + order
  for (let at = 32; at < 64; at++, rest >>= 8n) bytes[at] = Number(rest & 0xffn)
  return { signer, signature: toHex(bytes) }
}
