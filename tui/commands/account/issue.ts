import { type Context, positional } from '../../cli/index.ts'
import { describeAccount } from './account-text.ts'

export async function issueMoney(context: Context): Promise<void> {
  const input = { account: positional(context, 0), amount: positional(context, 1) }
  const account = await context.call('account.issue', input)
  context.output.result({ json: account, text: () => describeAccount(account) })
}
