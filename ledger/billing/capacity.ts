import type { HostRecord, Resources, Uuid } from '../records/index.ts'
import type { Draft, StateReader } from '../state/index.ts'

/** Sets a machine's resources aside on a host. The caller has checked that they fit. */
export function reserve(draft: Draft, host: Uuid, asked: Resources): void {
  changeReserved(draft, host, asked, 1)
}

export function freeUp(draft: Draft, host: Uuid, asked: Resources): void {
  changeReserved(draft, host, asked, -1)
}

/** A host that the state must know, because a record names it. */
export function hostIn(state: StateReader, uuid: Uuid): HostRecord {
  const host = state.host(uuid)
  if (host === undefined) throw new Error(`a record names host ${uuid}, which is unknown`)
  return host
}

function changeReserved(draft: Draft, uuid: Uuid, asked: Resources, sign: 1 | -1): void {
  const host = hostIn(draft, uuid)
  const reserved: Resources = {
    speed: host.reserved.speed + sign * asked.speed,
    memoryMb: host.reserved.memoryMb + sign * asked.memoryMb,
    storageMb: host.reserved.storageMb + sign * asked.storageMb
  }
  draft.putHost({ ...host, reserved })
}
