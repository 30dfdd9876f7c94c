import type { Context } from '../../cli/index.ts'
import { describeCandidates } from './election-text.ts'

export async function stand(context: Context): Promise<void> {
  const addresses = context.flags.list('address')
  const input = addresses.length === 0 ? {} : { addresses: [...addresses] }
  const view = await context.call('election.stand', input)
  context.output.result({ json: view, text: () => describeCandidates(view) })
}

export async function withdraw(context: Context): Promise<void> {
  const view = await context.call('election.withdraw', {})
  context.output.result({ json: view, text: () => describeCandidates(view) })
}
