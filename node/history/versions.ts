import {
  type CertifiedBlock,
  type Crypto,
  type Hash,
  type LedgerState,
  type MachineRecord,
  type MachineState,
  machineUuidOf,
  type SignedTransaction,
  type Uuid
} from '../../ledger/index.ts'

/** What a machine became, and when: one row for each change of version, state, content or holder. */
export interface VersionRow {
  readonly machine: Uuid
  readonly height: number
  readonly atMs: number
  readonly version: number
  readonly state: MachineState
  /** Content root last sealed; null before the first. */
  readonly root: Hash | null
  /** null: no host holds it. */
  readonly holder: Uuid | null
}

/** The rows that a block adds. */
export function versionsIn(
  { block }: CertifiedBlock,
  before: LedgerState,
  after: LedgerState,
  crypto: Crypto
): readonly VersionRow[] {
  const rows: VersionRow[] = []
  for (const uuid of machinesIn(block.transactions, crypto)) {
    const machine = after.machine(uuid)
    if (machine === undefined) continue
    const { version, state, root, holder } = machine
    const row = { machine: uuid, version, state, root, holder }
    if (isSame(before.machine(uuid), row)) continue
    rows.push({ ...row, height: after.height, atMs: after.timeMs })
  }
  return rows
}

function isSame(
  old: MachineRecord | undefined,
  { version, state, root, holder }: Omit<VersionRow, 'height' | 'atMs'>
): boolean {
  return (
    old?.version === version && old.state === state && old.root === root && old.holder === holder
  )
}

/** Machines that transactions speak of. */
function machinesIn(transactions: readonly SignedTransaction[], crypto: Crypto): ReadonlySet<Uuid> {
  const found = new Set<Uuid>()
  for (const { transaction } of transactions) {
    const { body, signer, nonce } = transaction
    if ('machine' in body) found.add(body.machine)
    else if (body.type === 'confirm') found.add(body.order.order.machine)
    else if (body.type === 'register-machine') {
      found.add(machineUuidOf(signer.id, nonce, crypto))
    }
  }
  return found
}
