import { uptimeOf } from '../billing/index.ts'
import type { AccountRecord, Body, Rejection } from '../records/index.ts'
import type { Draft } from '../state/index.ts'
import { reject } from './rejection.ts'
import { checkResources, checkText } from './shapes.ts'
import type { StatementChecks } from './statement-checks.ts'

/** A physical machine joins; its totals are locked from here on. */
export function registerHost(
  draft: Draft,
  owner: AccountRecord,
  nonce: number,
  body: Extract<Body, { type: 'register-host' }>,
  statements: StatementChecks
): Rejection | null {
  const { name, processor, totals, key, proof } = body
  const wrong =
    checkText('name', name) ?? checkText('processor', processor) ?? checkResources(totals)
  if (wrong !== null) return reject('HOST_MALFORMED', wrong)
  const holder = draft.hostWithKey(key)
  if (holder !== undefined) {
    return reject('HOST_KEY_TAKEN', `the key is that of host ${holder.name} (${holder.uuid})`)
  }
  if (!statements.hostProofIsBy(owner.id, nonce, key, proof)) {
    return reject('HOST_FORGED', 'the host key did not sign this registration by this account')
  }
  draft.putHost({
    uuid: statements.hostUuidOf(owner.id, nonce),
    owner: owner.id,
    key,
    name,
    processor,
    totals,
    reserved: { speed: 0, memoryMb: 0, storageMb: 0 },
    nonce: 0,
    liveness: { aliveHeight: 0, heardMs: uptimeOf(draft), silentMs: 0 }
  })
  return null
}
