import type { StateReader } from '../state/index.ts'
import { holds, type Invariant } from './invariant.ts'

/** What may only grow from one state to a later one of the same ledger. */
export function checkStep(before: StateReader, after: StateReader): readonly Invariant[] {
  return [
    noncesGrow(before, after),
    versionsGrow(before, after),
    totalsLocked(before, after),
    epochsFollow(before, after)
  ]
}

function noncesGrow(before: StateReader, after: StateReader): Invariant {
  const wrong: string[] = []
  let count = 0
  for (const { id, name, nonce } of before.accounts()) {
    count += 1
    const now = after.account(id)?.nonce ?? -1
    if (now < nonce) wrong.push(`account ${name} went from nonce ${nonce} to ${now}`)
  }
  for (const { uuid, name, nonce } of before.hosts()) {
    count += 1
    const now = after.host(uuid)?.nonce ?? -1
    if (now < nonce) wrong.push(`host ${name} went from nonce ${nonce} to ${now}`)
  }
  return holds('nonces only grow', wrong, `${count} signers`)
}

function versionsGrow(before: StateReader, after: StateReader): Invariant {
  const wrong: string[] = []
  let count = 0
  for (const { uuid, version, orderSequence } of before.machines()) {
    const now = after.machine(uuid)
    if (now === undefined) continue
    count += 1
    if (now.version < version) wrong.push(`${uuid} went from version ${version} to ${now.version}`)
    if (now.orderSequence < orderSequence) {
      wrong.push(`${uuid} went from order ${orderSequence} to ${now.orderSequence}`)
    }
  }
  return holds('versions and order sequences only grow', wrong, `${count} machines`)
}

function totalsLocked(before: StateReader, after: StateReader): Invariant {
  const wrong: string[] = []
  let count = 0
  for (const { uuid, name, totals } of before.hosts()) {
    count += 1
    const now = after.host(uuid)?.totals
    const same =
      now?.speed === totals.speed &&
      now.memoryMb === totals.memoryMb &&
      now.storageMb === totals.storageMb
    if (!same) wrong.push(`the totals of ${name} changed`)
  }
  return holds('totals of hosts are locked', wrong, `${count} hosts`)
}

function epochsFollow(before: StateReader, after: StateReader): Invariant {
  const [was, is] = [before.epoch, after.epoch]
  const wrong: string[] = []
  if (is.epoch < was.epoch) wrong.push(`epoch ${is.epoch} after epoch ${was.epoch}`)
  const same = is.members.length === was.members.length
  if (
    is.epoch === was.epoch &&
    !(same && is.members.every(({ key }, at) => key === was.members[at]?.key))
  ) {
    wrong.push(`the members changed inside epoch ${is.epoch}`)
  }
  return holds('sets change between epochs only', wrong, `epoch ${is.epoch}`)
}
