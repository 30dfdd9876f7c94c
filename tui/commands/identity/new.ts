import { dataLayout } from '../../../node/client.ts'
import { type Context, classified } from '../../cli/index.ts'
import { describeIdentity } from './identity-text.ts'
import { passwordOf } from './password.ts'
import { IDENTITY_CLASSES } from './refusals.ts'

export async function newIdentity(context: Context): Promise<void> {
  const { createIdentity, readPublicIdentity } = await import('../../../node/index.ts')
  const dir = dataLayout(context.dir).identity
  try {
    await createIdentity({ dir, password: await passwordOf(context, 'new') })
    const identity = await readPublicIdentity(dir)
    context.output.result({ json: identity, text: () => describeIdentity(identity) })
  } catch (error) {
    throw classified(error, IDENTITY_CLASSES)
  }
}
