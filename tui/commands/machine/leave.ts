import type { MachineView } from '../../../node/client.ts'
import { type Context, confirm, positional, usageFailure } from '../../cli/index.ts'
import { formatDollars } from '../../format/index.ts'
import { describeOutcome } from './machine-text.ts'

/** The owner's own word on the ledger: done when the node answers, because no host has a part in it. */
export async function raiseLimit(context: Context): Promise<void> {
  const spendLimit = context.flags.dollars('spend-limit')
  if (spendLimit === undefined) {
    throw usageFailure('machine raise-limit: --spend-limit is missing', 'add --spend-limit DOLLARS')
  }
  const machine = positional(context, 0)
  print(context, await context.call('machine.raise-limit', { machine, spendLimit }))
}

export async function releaseMachine(context: Context): Promise<void> {
  const machine = positional(context, 0)
  await ask(context, `Release ${machine}, with the loss of what is only in its memory?`)
  print(context, await context.call('machine.release', { machine }))
}

export async function releaseContract(context: Context): Promise<void> {
  const machine = positional(context, 0)
  await ask(context, `End the contract of ${machine}, with the loss of its disk and memory?`)
  print(context, await context.call('machine.release-contract', { machine }))
}

export async function declareLost(context: Context): Promise<void> {
  const machine = positional(context, 0)
  const heir = context.flags.text('heir')
  const then = heir === undefined ? '' : ` and go on with the copy at ${heir}`
  await ask(context, `Give ${machine} up for lost, with all that its host stores of it${then}?`)
  const input = { machine, ...(heir === undefined ? {} : { heir }) }
  print(context, await context.call('machine.declare-lost', input))
}

/** The question with its price; nobody who is not asked has to wait for the price. */
async function ask(context: Context, question: string): Promise<void> {
  const isAsked = !context.flags.on('yes') && context.world.stdin.isTTY === true
  const fee = isAsked ? (await context.call('ledger.fees', {})).transactionFee : '0'
  const price = /^[0.]+$/.test(fee) ? '' : ` The ledger's fee is ${formatDollars(fee)}.`
  await confirm(context, `${question}${price}`)
}

function print(context: Context, machine: MachineView): void {
  context.output.result({ json: machine, text: () => describeOutcome(machine) })
}
