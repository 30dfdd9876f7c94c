/** The state of a market of any size, without the blocks that would have led there. */
import {
  type AccountRecord,
  type CertifiedHeader,
  EMPTY_RANGE,
  type Header,
  hashHeader,
  type LedgerState,
  type MachineRecord,
  networkOf,
  rangeRoot,
  type Snapshot,
  setHashOf,
  signFinalize,
  type Tip
} from '../../../ledger/index.ts'
import { nodeCrypto } from '../../../node/crypto/index.ts'
import * as sample from '../../support/ledger-samples.ts'

/** Of each account. */
const MACHINES = 10

/** The state in block 1. */
export function marketOf(machines: number, start: Tip): LedgerState {
  const draft = start.state.draft(1, start.state.timeMs + 1)
  for (let at = 0; at < machines; at++) {
    const owner = hex(Math.floor(at / MACHINES), 32)
    if (at % MACHINES === 0) draft.putAccount(account(owner, at))
    draft.putMachine(machine(owner, at))
  }
  return draft.commit()
}

/** The state as a snapshot that its coordinator has certified. */
export function snapshotOf(state: LedgerState): Snapshot {
  const { genesis } = sample
  const header: Header = {
    epoch: 0,
    height: state.height,
    view: 1,
    parent: networkOf(genesis, nodeCrypto),
    timeMs: state.timeMs,
    transactionRoot: sample.someHash,
    stateRoot: state.root(),
    logRoot: rangeRoot(EMPTY_RANGE, nodeCrypto),
    setHash: setHashOf(genesis.coordinators, nodeCrypto),
    parentVotes: 0,
    nextSet: null
  }
  const subject = { epoch: 0, view: 1, block: hashHeader(header, nodeCrypto) }
  const votes = [signFinalize(state.network, subject, sample.coordinator)]
  const certified: CertifiedHeader = {
    header,
    certificate: { kind: 'finalize', ...subject, votes },
    descent: []
  }
  return { certified, log: [] }
}

function account(id: string, at: number): AccountRecord {
  return { ...sample.account, id, name: `account-${at}`, key: hex(at, 64) }
}

function machine(owner: string, at: number): MachineRecord {
  const digits = hex(at, 32)
  const uuid = `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-8${digits.slice(17, 20)}-${digits.slice(20)}`
  const configuration = { ...sample.configuration, name: `machine-${at}` }
  return { ...sample.machine, uuid, owner, configuration }
}

/** Spread over the whole range, as hashes are. */
function hex(number: number, length: number): string {
  const mixed = Math.imul(number + 1, 2_654_435_761) >>> 0
  return (mixed.toString(16).padStart(8, '0') + number.toString(16).padStart(8, '0')).padEnd(
    length,
    '5'
  )
}
