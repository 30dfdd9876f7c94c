import { dataLayout } from '../../../node/client.ts'
import { type Context, classified } from '../../cli/index.ts'
import { describeIdentity } from './identity-text.ts'
import { IDENTITY_CLASSES } from './refusals.ts'

export async function showIdentity(context: Context): Promise<void> {
  const { readPublicIdentity } = await import('../../../node/index.ts')
  try {
    const identity = await readPublicIdentity(dataLayout(context.dir).identity)
    context.output.result({ json: identity, text: () => describeIdentity(identity) })
  } catch (error) {
    throw classified(error, IDENTITY_CLASSES)
  }
}
