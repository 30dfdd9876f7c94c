import { type Context, positional, usageFailure } from '../../cli/index.ts'
import { describeAccount } from './account-text.ts'

export async function openAccount(context: Context): Promise<void> {
  const kind = context.flags.oneOf('kind', ['buyer', 'provider'])
  if (kind === undefined) {
    throw usageFailure('account open: --kind is missing', 'add --kind buyer or --kind provider')
  }
  const account = await context.call('account.open', { name: positional(context, 0), kind })
  context.output.result({ json: account, text: () => describeAccount(account) })
}
