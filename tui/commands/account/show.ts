import type { Context } from '../../cli/index.ts'
import { describeAccount } from './account-text.ts'

export async function showAccount(context: Context): Promise<void> {
  const [name] = context.positionals
  const account = await context.call('account.show', name === undefined ? {} : { account: name })
  context.output.result({ json: account, text: () => describeAccount(account) })
}
