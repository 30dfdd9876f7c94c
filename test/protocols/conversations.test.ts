import '../../node/polyfill.ts'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Stream } from '@libp2p/interface'
import { streamPair } from '@libp2p/utils'
import {
  type CertifiedBlock,
  type CertifiedHeader,
  POOL_REFUSAL_CODES
} from '../../ledger/index.ts'
import { ConsoleRefused, openConsole, receiveConsole } from '../../protocols/console/index.ts'
import { FrameError } from '../../protocols/framing/index.ts'
import {
  askChunk,
  askEpochs,
  askGenesis,
  askHead,
  askOutcome,
  askRead,
  askSnapshots,
  follow,
  LEDGER_REFUSAL_CODES,
  type LedgerHandler,
  ledgerSlots,
  serveLedger,
  submit
} from '../../protocols/ledger/index.ts'
import {
  fetchOffers,
  fetchSnapshot,
  type MarketHandler,
  serveMarket
} from '../../protocols/market/index.ts'
import {
  HOST_REFUSAL_CODES,
  type HostHandler,
  queryHost,
  requestAcceptance,
  requestPurge,
  sendOrder,
  serveOrder,
  UNCOUNTED,
  vouchFor
} from '../../protocols/order/index.ts'
import {
  ACCOUNT,
  BLOCK,
  HASH,
  HOST,
  MACHINE,
  OFFER,
  ORDER,
  RECEIPT,
  SIGNATURE,
  SIGNED_OFFER,
  TRANSACTION
} from './golden.ts'

const QUICK = { idleMs: 2_000 }

// order

const acceptance = {
  acceptance: { machine: MACHINE, version: 3, destination: HOST, offer: HASH, expiryHeight: 60 },
  signature: SIGNATURE
}
const acceptRequest = {
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

const host: HostHandler = {
  async order(_order, progress) {
    progress({ ...UNCOUNTED, step: 'making the disk', bytesDone: 1, bytesTotal: 4 })
    await new Promise(resolve => setTimeout(resolve, 20))
    return { kind: 'done', transaction: HASH }
  },
  accept: async () => ({ kind: 'accepted', acceptance }),
  query: async () => ({
    kind: 'refused',
    code: 'LEDGER_BEHIND',
    message: 'a driver said:\n\u001b[31mwait'
  }),
  purge: async ({ request }) =>
    request.host === HOST
      ? { kind: 'done', transaction: null }
      : { kind: 'refused', code: 'WRONG_HOST', message: 'another host' },
  vouch: async machine =>
    machine === MACHINE
      ? { kind: 'done', transaction: null }
      : { kind: 'refused', code: 'NOT_AWAITED', message: 'the move is still copying' },
  async watchMove(_machine, progress) {
    progress({ ...UNCOUNTED, step: 'copying', bytesDone: 2, bytesTotal: 8 })
    return { kind: 'done', transaction: null }
  }
}

test('an order is answered with progress and its end', async () => {
  const [owner, server] = await streamPair({ delay: 0 })
  const serving = serveOrder(server, host, QUICK)
  const steps: string[] = []
  const outcome = await sendOrder(owner, ORDER, {
    ...QUICK,
    onProgress: progress => steps.push(progress.step)
  })
  assert.deepEqual(outcome, { kind: 'done', transaction: HASH })
  assert.ok(steps.includes('making the disk'), steps.join())
  await serving
})

test('an acceptance is given, and a refusal loses its control characters on the way', async () => {
  const [a, b] = await streamPair({ delay: 0 })
  const accepting = serveOrder(b, host, QUICK)
  assert.deepEqual(await requestAcceptance(a, acceptRequest, QUICK), {
    kind: 'accepted',
    acceptance
  })
  const [c, d] = await streamPair({ delay: 0 })
  const querying = serveOrder(d, host, QUICK)
  const outcome = await queryHost(c, QUICK)
  assert.ok(outcome.kind === 'refused' && outcome.message === 'a driver said: [31mwait')
  await Promise.all([accepting, querying])
})

test('a host that is to purge says that it has, or why not', async () => {
  const asked = async (named: string) => {
    const [owner, server] = await streamPair({ delay: 0 })
    void serveOrder(server, host, QUICK)
    const request = { machine: MACHINE, host: named, version: 3 }
    return requestPurge(owner, { request, owner: ACCOUNT, signature: SIGNATURE }, QUICK)
  }
  assert.deepEqual(await asked(HOST), { kind: 'done', transaction: null })
  const no = await asked(MACHINE)
  assert.ok(no.kind === 'refused' && no.code === 'WRONG_HOST')
})

test('a destination that is given a receipt by the owner says that it has it, or why not', async () => {
  const told = async (machine: string) => {
    const [owner, server] = await streamPair({ delay: 0 })
    void serveOrder(server, host, QUICK)
    return vouchFor(owner, { machine, receipt: RECEIPT }, QUICK)
  }
  assert.deepEqual(await told(MACHINE), { kind: 'done', transaction: null })
  const no = await told(HOST)
  assert.ok(no.kind === 'refused' && no.code === 'NOT_AWAITED')
})

test('a fault of the host reaches the owner as INTERNAL and the log of the host as it was', async () => {
  const [owner, server] = await streamPair({ delay: 0 })
  const broken: HostHandler = { ...host, order: () => Promise.reject(new Error('disk on fire')) }
  const serving = assert.rejects(serveOrder(server, broken, QUICK), /disk on fire/)
  const outcome = await sendOrder(owner, ORDER, QUICK)
  assert.ok(outcome.kind === 'refused' && outcome.code === 'INTERNAL')
  assert.ok(!outcome.message.includes('fire'))
  await serving
})

// ledger

const FULL = { code: 'POOL_FULL', message: 'send it again later' } as const

const OUTCOME = { index: 0, size: 1, result: null, path: [] }

function headerOf({ block, certificate, descent }: CertifiedBlock): CertifiedHeader {
  return { header: block.header, certificate, descent }
}

function ledgerOf(blocks: readonly CertifiedBlock[]): LedgerHandler {
  return {
    submit: async transactions => transactions.map((_, at) => (at === 1 ? FULL : null)),
    head: () => ({ height: blocks.length, hash: HASH }),
    genesis: () => Uint8Array.of(1, 2, 3),
    epochs: async () => ({ handOvers: blocks.map(headerOf) }),
    read: async ({ queries }) =>
      queries.length === 1
        ? { head: headerOf(BLOCK), proof: Uint8Array.of(7) }
        : { code: 'PROOF_TOO_LARGE', message: 'ask for less' },
    outcome: async ({ transaction }) =>
      transaction === HASH
        ? { block: headerOf(BLOCK), proof: OUTCOME }
        : { code: 'OUTCOME_UNKNOWN', message: 'not here' },
    snapshots: async () => ({ head: headerOf(BLOCK), offers: [] }),
    chunk: async ({ root, from }) =>
      root === HASH
        ? { next: null, proof: new TextEncoder().encode(from) }
        : { code: 'SNAPSHOT_UNKNOWN', message: 'not here' },
    blocks(fromHeight, signal) {
      if (fromHeight > blocks.length + 1) {
        return { code: 'HEIGHT_UNKNOWN', message: `the head is ${blocks.length}` }
      }
      return (async function* () {
        yield* blocks.slice(fromHeight - 1)
        await new Promise<void>(resolve => signal.addEventListener('abort', () => resolve()))
      })()
    }
  }
}

async function serveOnce(handler: LedgerHandler, slots = ledgerSlots()) {
  const [asker, server] = await streamPair({ delay: 0 })
  return { asker, served: serveLedger(server, handler, { ...QUICK, peer: 'a', slots }) }
}

test('hand-overs, a proof and an outcome are asked for, and refusals arrive', async () => {
  const ledger = ledgerOf([BLOCK])
  const ask = async <T>(question: (stream: Stream) => Promise<T>): Promise<T> => {
    const { asker, served } = await serveOnce(ledger)
    const answer = await question(asker)
    await served
    return answer
  }
  const handOvers = [headerOf(BLOCK)]
  assert.deepEqual(await ask(to => askEpochs(to, 0, QUICK)), { kind: 'epochs', handOvers })
  const query = { kind: 'key', key: 'issued' } as const
  const read = await ask(to => askRead(to, { afterHeight: 0, queries: [query] }, QUICK))
  assert.deepEqual(read, { kind: 'read', head: headerOf(BLOCK), proof: Uint8Array.of(7) })
  const much = await ask(to => askRead(to, { afterHeight: 0, queries: [query, query] }, QUICK))
  assert.equal(much.kind === 'refused' ? much.code : much.kind, 'PROOF_TOO_LARGE')
  const outcome = await ask(to => askOutcome(to, HASH, QUICK))
  assert.deepEqual(outcome, { kind: 'outcome', block: headerOf(BLOCK), proof: OUTCOME })
  const unknown = await ask(to => askOutcome(to, 'ff'.repeat(32), QUICK))
  assert.equal(unknown.kind === 'refused' ? unknown.code : unknown.kind, 'OUTCOME_UNKNOWN')
})

test('transactions are submitted, the head and the genesis are asked for', async () => {
  const ledger = ledgerOf([BLOCK])
  const one = await serveOnce(ledger)
  const batch = [TRANSACTION, TRANSACTION, TRANSACTION]
  assert.deepEqual(await submit(one.asker, batch, QUICK), {
    kind: 'submitted',
    answers: [null, FULL, null]
  })
  const two = await serveOnce(ledger)
  assert.deepEqual(await askHead(two.asker, QUICK), { kind: 'head', height: 1, hash: HASH })
  const three = await serveOnce(ledger)
  const genesis = await askGenesis(three.asker, QUICK)
  assert.ok(genesis.kind === 'genesis')
  assert.deepEqual([...genesis.bytes], [1, 2, 3])
  await Promise.all([one.served, two.served, three.served])
})

test('a node that does not answer for each transaction is not believed for any', async () => {
  const lazy: LedgerHandler = { ...ledgerOf([]), submit: async () => [null] }
  const { asker, served } = await serveOnce(lazy)
  await assert.rejects(submit(asker, [TRANSACTION, TRANSACTION], QUICK), /1 answers to 2 trans/)
  await served
})

test('a follower gets the blocks there are, and the node lets go when the follower leaves', async () => {
  const { asker, served } = await serveOnce(ledgerOf([BLOCK, BLOCK, BLOCK]))
  let blocks = 0
  for await (const followed of follow(asker, 2, QUICK)) {
    assert.equal(followed.kind, 'block')
    blocks += 1
    if (blocks === 2) break
  }
  assert.equal(blocks, 2)
  await served
})

test('an unknown height and a third follow of one peer are refused by code', async () => {
  const refusal = async (slots = ledgerSlots()): Promise<string> => {
    const { asker, served } = await serveOnce(ledgerOf([BLOCK]), slots)
    for await (const followed of follow(asker, 9, QUICK)) {
      await served
      return followed.kind === 'refused' ? followed.code : followed.kind
    }
    return 'nothing'
  }
  assert.equal(await refusal(), 'HEIGHT_UNKNOWN')
  const slots = ledgerSlots()
  const { follows } = slots
  const giveBack = [follows.take('a'), follows.take('a')]
  assert.equal(follows.take('a'), undefined)
  assert.ok(follows.take('b'))
  assert.equal(await refusal(slots), 'TOO_MANY_FOLLOWS')
  giveBack[0]?.()
  giveBack[0]?.()
  assert.equal(await refusal(slots), 'HEIGHT_UNKNOWN')
})

test('snapshots and chunks are asked for, and one that is not there is refused by code', async () => {
  const ledger = ledgerOf([BLOCK])
  const one = await serveOnce(ledger)
  assert.deepEqual(await askSnapshots(one.asker, QUICK), {
    kind: 'snapshots',
    head: headerOf(BLOCK),
    offers: []
  })
  const two = await serveOnce(ledger)
  const range = { from: 'machine/', to: null }
  const chunk = await askChunk(two.asker, { root: HASH, ...range }, QUICK)
  assert.ok(chunk.kind === 'chunk' && chunk.next === null)
  assert.equal(new TextDecoder().decode(chunk.proof), 'machine/')
  const three = await serveOnce(ledger)
  const refused = await askChunk(three.asker, { root: '00'.repeat(32), ...range }, QUICK)
  assert.equal(refused.kind === 'refused' && refused.code, 'SNAPSHOT_UNKNOWN')
  await Promise.all([one.served, two.served, three.served])
})

test('the page of `order` lists every code that is a host\u2019s own', () => {
  const page = readFileSync('protocols/order/SPEC.md', 'utf8')
  const own = /`(MALFORMED [A-Z_ ]+)`/.exec(page)?.[1]?.split(' ')
  assert.deepEqual(own, HOST_REFUSAL_CODES)
})

test('the page of the protocol lists every code of a refusal', () => {
  const page = readFileSync('protocols/ledger/SPEC.md', 'utf8')
  const listed = page.slice(page.indexOf('## Refusals')).match(/[A-Z_]{4,}/g)
  const codes = [...LEDGER_REFUSAL_CODES, ...POOL_REFUSAL_CODES]
  assert.deepEqual(new Set(listed), new Set(codes))
})

test('a third chunk of one peer, and one more than all may have, are refused as busy', async () => {
  const slots = ledgerSlots()
  const busy = async (): Promise<string> => {
    const { asker, served } = await serveOnce(ledgerOf([BLOCK]), slots)
    const answer = await askChunk(asker, { root: HASH, from: '', to: null }, QUICK)
    await served
    return answer.kind === 'refused' ? answer.code : answer.kind
  }
  const own = [slots.chunks.take('a'), slots.chunks.take('a')]
  assert.equal(await busy(), 'SNAPSHOT_BUSY')
  own[0]?.()
  assert.equal(await busy(), 'chunk')
  const others = Array.from({ length: 15 }, (_, at) => slots.chunks.take(`b${at}`))
  assert.ok(others.every(each => each !== undefined))
  assert.equal(slots.chunks.take('c'), undefined)
  assert.equal(await busy(), 'SNAPSHOT_BUSY')
  others[0]?.()
  assert.equal(await busy(), 'chunk')
})

// market

const uuidOf = (n: number): string => `00000000-0000-8000-8000-${String(n).padStart(12, '0')}`
const OFFERS = Array.from({ length: 130 }, (_, n) => ({
  offer: { ...OFFER, host: uuidOf(n) },
  signature: SIGNATURE
}))

const market: MarketHandler = {
  get: hashes => OFFERS.slice(0, hashes.length - 1),
  page(after) {
    const from = after === null ? 0 : OFFERS.findIndex(({ offer }) => offer.host > after)
    const offers = OFFERS.slice(from, from + 64)
    const more = from + 64 < OFFERS.length
    return { offers, next: more ? (offers.at(-1)?.offer.host ?? null) : null }
  }
}

test('a snapshot comes page by page and holds every offer', async () => {
  const [asker, server] = await streamPair({ delay: 0 })
  const serving = serveMarket(server, market, { ...QUICK, nowMs: () => 0 })
  const pages: number[] = []
  for await (const page of fetchSnapshot(asker, QUICK)) pages.push(page.length)
  assert.deepEqual(pages, [64, 64, 2])
  await serving
})

test('offers are fetched by hash, more than one frame of them, as far as the peer has them', async () => {
  const [asker, server] = await streamPair({ delay: 0 })
  const serving = serveMarket(server, market, { ...QUICK, nowMs: () => 0 })
  const hashes = Array.from({ length: 66 }, () => HASH)
  assert.equal((await fetchOffers(asker, hashes, QUICK)).length, 63 + 1)
  await serving
})

test('a peer whose pages go round in circles is given up', async () => {
  const [asker, server] = await streamPair({ delay: 0 })
  const liar: MarketHandler = { ...market, page: () => ({ offers: [], next: HOST }) }
  const serving = serveMarket(server, liar, { ...QUICK, nowMs: () => 0 })
  await assert.rejects(
    async () => {
      for await (const page of fetchSnapshot(asker, QUICK)) assert.equal(page.length, 0)
    },
    (error: unknown) => error instanceof FrameError && error.code === 'MALFORMED'
  )
  await serving
})

// console

const permission = {
  open: {
    machine: MACHINE,
    kind: 'serial',
    peer: 'me',
    expiresAtMs: 9,
    nonce: 'd4'.repeat(16)
  },
  owner: ACCOUNT,
  signature: SIGNATURE
} as const

test('console bytes go both ways, large ones in pieces, until the holder ends it with a reason', async () => {
  const [owner, holder] = await streamPair({ delay: 0 })
  const asked = receiveConsole(holder, QUICK)
  const opening = openConsole(owner, permission, QUICK)
  const request = await asked
  assert.deepEqual(request.permission, permission)
  const there = await request.accept()
  const here = await opening
  await here.send(new Uint8Array(40_000).fill(1))
  assert.equal((await there.receive())?.byteLength, 32_768)
  assert.equal((await there.receive())?.byteLength, 7_232)
  await there.send(Uint8Array.of(2))
  assert.deepEqual([...((await here.receive()) ?? [])], [2])
  const closing = there.close({ code: 'REPLACED', message: 'a newer console took its place' })
  await assert.rejects(
    here.receive(),
    (error: unknown) => error instanceof ConsoleRefused && error.refusal.code === 'REPLACED'
  )
  await Promise.all([here.close(), closing])
})

test('a console that is refused says why', async () => {
  const [owner, holder] = await streamPair({ delay: 0 })
  const refusing = receiveConsole(holder, QUICK).then(request =>
    request.refuse({ code: 'NOT_RUNNING', message: 'the machine is stored' })
  )
  await assert.rejects(
    openConsole(owner, permission, QUICK),
    (error: unknown) => error instanceof ConsoleRefused && error.refusal.code === 'NOT_RUNNING'
  )
  await refusing
})
