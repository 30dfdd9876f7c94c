/** What a block costs as the ledger grows: in one process, without network or disk. */
import { performance } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import {
  type AccountRecord,
  buildBlock,
  chainContext,
  type Genesis,
  genesisTip,
  type MachineRecord,
  type SignedTransaction,
  setHashOf,
  type Tip,
  tipAfter
} from '../../../ledger/index.ts'
import { nodeCrypto } from '../../../node/crypto/index.ts'
import * as sample from '../../support/ledger-samples.ts'
import { median, type Row, row } from '../row.ts'
import { Crowd } from './crowd.ts'

interface Size {
  readonly accounts: number
  /** Dealt out to the accounts in turn. */
  readonly machines: number
}

const SIZES: readonly Size[] = [
  { accounts: 1_000, machines: 100 },
  { accounts: 10_000, machines: 1_000 },
  { accounts: 100_000, machines: 10_000 },
  { accounts: 1_000_000, machines: 100_000 },
  { accounts: 100_000, machines: 1_000_000 }
]
const SENDERS = 1_000
const ROUNDS = 5

export function growth(): readonly Row[] {
  const genesis: Genesis = {
    ...sample.genesis,
    parameters: { ...sample.genesis.parameters, expiryHeightsMax: 100_000 }
  }
  const before = usedMiB()
  return SIZES.flatMap(size => {
    const crowd = new Crowd(genesis, SENDERS)
    let tip = block(crowded(genesisTip(genesis, nodeCrypto), size), crowd.openings(0), genesis).tip
    tip = block(tip, crowd.registrations(tip.state.height), genesis).tip
    const taken: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const made = block(tip, crowd.edits(tip.state.height, SENDERS), genesis)
      taken.push(made.ms)
      tip = made.tip
    }
    const heapMiB = usedMiB() - before
    const name = `ledger/growth/${size.accounts}-accounts-${size.machines}-machines`
    return [
      row(`${name}/block-of-${SENDERS}`, median(taken), 'ms'),
      row(`${name}/heap`, heapMiB, 'MiB')
    ]
  })
}

/** What is left after a collection. */
function usedMiB(): number {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect === 'function') collect()
  return process.memoryUsage().heapUsed / 1_024 ** 2
}

/** Execution and state root of one block; the signatures were seen before. */
function block(
  tip: Tip,
  transactions: readonly SignedTransaction[],
  genesis: Genesis
): { readonly tip: Tip; readonly ms: number } {
  const context = chainContext(genesis, nodeCrypto, () => true)
  const view = tip.view + 1
  const timeMs = tip.state.timeMs + 1_000
  const setHash = setHashOf(genesis.coordinators, nodeCrypto)
  const begunMs = performance.now()
  const built = buildBlock(tip, { epoch: 0, view, timeMs, setHash, transactions }, context)
  const ms = performance.now() - begunMs
  if (built.block.transactions.length !== transactions.length) {
    throw new Error(`${built.block.transactions.length} of ${transactions.length} are in the block`)
  }
  return { tip: tipAfter(tip, built.block.header, built.state, nodeCrypto), ms }
}

function crowded(tip: Tip, { accounts, machines }: Size): Tip {
  const draft = tip.state.draft(tip.state.height + 1, tip.state.timeMs + 1)
  const ids = Array.from({ length: accounts }, (_, at) => hex(at, 32))
  for (const [at, id] of ids.entries()) {
    const account: AccountRecord = {
      ...sample.account,
      id,
      name: `account-${at}`,
      key: hex(at, 64)
    }
    draft.putAccount(account)
  }
  for (let at = 0; at < machines; at++) {
    const owner = ids[at % ids.length] ?? ''
    const machine: MachineRecord = { ...sample.machine, uuid: uuidOf(at), owner }
    draft.putMachine(machine)
  }
  return { ...tip, state: draft.commit() }
}

function uuidOf(at: number): string {
  const digits = hex(at, 32)
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-8${digits.slice(17, 20)}-${digits.slice(20)}`
}

/** Spread over the whole range, as hashes are. */
function hex(number: number, length: number): string {
  const mixed = Math.imul(number + 1, 2_654_435_761) >>> 0
  return (mixed.toString(16).padStart(8, '0') + number.toString(16).padStart(8, '0')).padEnd(
    length,
    '5'
  )
}
