import type { Body, Heir } from '../../ledger/index.ts'
import type { Output } from '../api/index.ts'
import { askAcceptance, OrderRefused } from '../owner/index.ts'
import type { ServiceContext } from './context.ts'
import { dollars, mine, showMine, submit } from './machines.ts'
import { hostFor } from './orders.ts'
import { refuseByCode } from './refuse.ts'
import { offerOf } from './search.ts'

/** A host that is there answers at once. */
const HEIR_MS = 20_000

/**
 * What an owner says on the ledger without a word of the host: these are the ways out when the host does not
 * answer, so none of them waits for it.
 */
export function raiseLimit(
  context: ServiceContext,
  input: { machine: string; spendLimit: string }
): Promise<Output<'machine.show'>> {
  const spendLimit = dollars(input.spendLimit, 'spend limit')
  return say(context, input, meant => ({ type: 'raise-limit', ...meant, spendLimit }))
}

export function release(
  context: ServiceContext,
  input: { machine: string }
): Promise<Output<'machine.show'>> {
  return say(context, input, meant => ({ type: 'release', ...meant }))
}

export function releaseContract(
  context: ServiceContext,
  input: { machine: string }
): Promise<Output<'machine.show'>> {
  return say(context, input, meant => ({ type: 'release-contract', ...meant }))
}

export async function declareLost(
  context: ServiceContext,
  input: { machine: string; heir?: string | undefined }
): Promise<Output<'machine.show'>> {
  const heir = input.heir === undefined ? null : await heirOf(context, input.machine, input.heir)
  return say(context, input, meant => ({ type: 'declare-lost', ...meant, heir }))
}

/** A host that was the machine's before, and keeps what left. */
async function heirOf(context: ServiceContext, wanted: string, name: string): Promise<Heir> {
  const [machine, host] = await Promise.all([mine(context, wanted), hostFor(context, name)])
  const offer = offerOf(context, host.uuid).signed
  const wish = { machine, host, offer, as: 'heir' } as const
  const acceptance = await askAcceptance(context.owner, wish, AbortSignal.timeout(HEIR_MS)).catch(
    (error: unknown) => {
      if (error instanceof OrderRefused) throw refuseByCode(error.code, error.message)
      throw error
    }
  )
  return { offer, acceptance }
}

async function say(
  context: ServiceContext,
  input: { machine: string },
  body: (meant: { machine: string; version: number }) => Body
): Promise<Output<'machine.show'>> {
  const machine = await mine(context, input.machine)
  await submit(context, body({ machine: machine.uuid, version: machine.version }))
  return showMine(context, machine.uuid)
}
