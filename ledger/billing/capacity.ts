import type { Configuration, HostRecord, Resources, Uuid } from '../records/index.ts'
import type { Draft } from '../state/index.ts'

/** Sets a machine's resources aside on a host. The caller has checked that they fit. */
export function reserve(draft: Draft, host: Uuid, configuration: Configuration): void {
  changeReserved(draft, host, configuration, 1)
}

export function freeUp(draft: Draft, host: Uuid, configuration: Configuration): void {
  changeReserved(draft, host, configuration, -1)
}

/** A host that the state must know, because a record names it. */
export function hostIn(draft: Draft, uuid: Uuid): HostRecord {
  const host = draft.host(uuid)
  if (host === undefined) throw new Error(`a record names host ${uuid}, which is unknown`)
  return host
}

function changeReserved(
  draft: Draft,
  uuid: Uuid,
  configuration: Configuration,
  sign: 1 | -1
): void {
  const host = hostIn(draft, uuid)
  const reserved: Resources = {
    speed: host.reserved.speed + sign * configuration.speed,
    memoryMb: host.reserved.memoryMb + sign * configuration.memoryMb,
    storageMb: host.reserved.storageMb + sign * configuration.storageMb
  }
  draft.putHost({ ...host, reserved })
}
