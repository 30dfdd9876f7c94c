import type { Body } from '../../ledger/index.ts'
import type { Output } from '../api/index.ts'
import type { ServiceContext } from './context.ts'
import { dollars, mine, showMine, submit } from './machines.ts'

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

export function declareLost(
  context: ServiceContext,
  input: { machine: string }
): Promise<Output<'machine.show'>> {
  return say(context, input, meant => ({ type: 'declare-lost', ...meant, heir: null }))
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
