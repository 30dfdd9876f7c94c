import type {
  HostRecord,
  MachineRecord,
  Rejection,
  SignedAcceptance,
  SignedOffer
} from '../records/index.ts'
import type { Draft } from '../state/index.ts'
import { reject } from './rejection.ts'
import type { StatementChecks } from './statement-checks.ts'

/** The host that takes a machine in under its offer, as a move's destination or as an heir, by its own word. */
export function acceptingHost(
  draft: Draft,
  machine: MachineRecord,
  given: { readonly offer: SignedOffer; readonly acceptance: SignedAcceptance },
  statements: StatementChecks
): HostRecord | Rejection {
  const { acceptance } = given.acceptance
  const host = draft.host(given.offer.offer.host)
  if (host === undefined) {
    return reject('HOST_UNKNOWN', `no host has the UUID ${given.offer.offer.host}`)
  }
  if (host.uuid === machine.holder) {
    return reject('MIGRATION_SAME_HOST', `${machine.uuid} is on ${host.name} already`)
  }
  if (
    acceptance.machine !== machine.uuid ||
    acceptance.version !== machine.version ||
    acceptance.destination !== host.uuid ||
    acceptance.offer !== statements.offerHash(given.offer)
  ) {
    return reject('ACCEPTANCE_FORGED', `the acceptance is not for this machine, version and offer`)
  }
  if (!statements.acceptanceIsBy(given.acceptance, host.key)) {
    return reject('ACCEPTANCE_FORGED', `the acceptance is not signed by the key of ${host.name}`)
  }
  if (acceptance.expiryHeight < draft.height) {
    return reject(
      'ACCEPTANCE_EXPIRED',
      `the acceptance ended at height ${acceptance.expiryHeight}, this is ${draft.height}: ask again`
    )
  }
  return host
}
