import type { FeesView } from '../../../node/client.ts'
import type { Context } from '../../cli/index.ts'
import { formatDollars, formatFields } from '../../format/index.ts'

export async function showFees(context: Context): Promise<void> {
  print(context, await context.call('ledger.fees', {}))
}

export async function collectFees(context: Context): Promise<void> {
  print(context, await context.call('ledger.collect-fees', {}))
}

function print(context: Context, fees: FeesView): void {
  context.output.result({ json: fees, text: () => describeFees(fees) })
}

function describeFees({ openFee, registerFee, transactionFee, paid, part }: FeesView): string {
  return formatFields([
    ['Opening an account', formatDollars(openFee)],
    ['Registering a host or a machine', formatDollars(registerFee)],
    ['Every other transaction', `${formatDollars(transactionFee)}; alive records are free`],
    ['Paid by all so far', formatDollars(paid)],
    [
      'Part of this coordinator',
      part === null
        ? ''
        : `${formatDollars(part.earned)}, ${formatDollars(part.collected)} of it collected`
    ]
  ])
}
