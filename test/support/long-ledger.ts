/** Lets the ledger of a laboratory's sleeping coordinators grow by thousands of blocks in seconds, with their own keys. */
import assert from 'node:assert/strict'
import { cp, rm } from 'node:fs/promises'
import { type Certificate, type CertifiedBlock, type FinalRecord } from '../../ledger/index.ts'
import type { LedgerHead } from '../../node/client.ts'
import { nodeCrypto } from '../../node/crypto/index.ts'
import { dataLayout } from '../../node/data-dir/index.ts'
import { loadGenesis } from '../../node/index.ts'
import { openVoteLog } from '../../node/replica/index.ts'
import { openStore } from '../../node/store/index.ts'
import { Crowd } from '../bench/ledger/crowd.ts'
import { Grower } from './grower.ts'
import { eventually, type LabNode } from './lab.ts'

/** Views that those who sleep may have voted in are left alone. */
const VIEWS_SKIPPED = 1_000
const RECORDS_PER_WRITE = 64
/** Transactions of a block that brings people to the ledger. */
const PER_BLOCK = 500

export interface LongLedgerOptions {
  /** The coordinators, in the order of the genesis; the ledger grows in the store of the first. */
  readonly coordinators: readonly LabNode[]
  /** Others that have it all too when they start. */
  readonly copies: readonly LabNode[]
  readonly height: number
  /** Accounts, each with a machine. */
  readonly people: number
}

/** All whom it concerns must be asleep. */
export async function growLedger(options: LongLedgerOptions): Promise<void> {
  const [first] = options.coordinators
  if (first === undefined) throw new Error('a ledger has a coordinator')
  const { store: location } = dataLayout(first.dir)
  const genesis = await loadGenesis(first.genesis)
  const identities = await Promise.all(options.coordinators.map(node => node.identity()))
  const store = await openStore(location)
  let newest: CertifiedBlock | undefined
  try {
    const tip = await store.chain.load(genesis, nodeCrypto)
    const signers = identities.map(({ node }) => node)
    const grower = new Grower(genesis, signers, { ...tip, view: tip.view + VIEWS_SKIPPED })
    const crowd = new Crowd(genesis, options.people)
    const waiting = [...crowd.openings(0), ...crowd.registrations(0)]
    let records: FinalRecord[] = []
    while (grower.tip.state.height < options.height) {
      const record = grower.grow(waiting.splice(0, PER_BLOCK))
      records.push(record)
      newest = record.certified
      if (records.length < RECORDS_PER_WRITE) continue
      await store.chain.append(records, false)
      records = []
    }
    await store.chain.append(records, true)
  } finally {
    await store.close()
  }
  for (const node of options.copies) {
    const copy = dataLayout(node.dir).store
    await rm(copy, { recursive: true, force: true })
    await cp(location, copy, { recursive: true })
  }
  const present = options.coordinators.filter(
    node => node === first || options.copies.includes(node)
  )
  if (newest === undefined || options.coordinators.length === 1) return
  for (const node of present) await noteFinal(node, newest.certificate)
}

/** Whoever was there when a block became final has its certificate in the log, and can build on it. */
async function noteFinal(node: LabNode, certificate: Certificate): Promise<void> {
  const opened = await openVoteLog(dataLayout(node.dir).votes)
  if (opened.kind === 'corrupt') throw new Error(opened.message)
  await opened.log.append([{ type: 'certificate', certificate }], true)
  await opened.log.close()
}

export async function headOf(node: LabNode): Promise<LedgerHead> {
  return node.client.call('ledger.head', {})
}

/** Both are at one height for a moment, with one state. */
export async function sameState(one: LabNode, other: LabNode): Promise<void> {
  await eventually(
    `${one.name} and ${other.name} have one state`,
    async () => [await headOf(one), await headOf(other)] as const,
    ([first, second]) => {
      if (first.height !== second.height) return false
      assert.equal(first.stateRoot, second.stateRoot)
      return true
    }
  )
}

export async function has(node: LabNode, height: number): Promise<void> {
  await eventually(
    `${node.name} has block ${height}`,
    () => headOf(node),
    head => head.height >= height
  )
}
