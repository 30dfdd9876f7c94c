import { dataLayout } from '../../../node/client.ts'
import type { Context } from '../../cli/index.ts'
import { describeIdentity } from './identity-text.ts'
import { asIdentityFailure } from './refusals.ts'

export async function showIdentity(context: Context): Promise<void> {
  const { readPublicIdentity } = await import('../../../node/index.ts')
  try {
    const identity = await readPublicIdentity(dataLayout(context.dir).identity)
    context.output.result({ json: identity, text: () => describeIdentity(identity) })
  } catch (error) {
    throw asIdentityFailure(error)
  }
}
