import { type Context, classified, secretPrompt } from '../../cli/index.ts'
import { IDENTITY_CLASSES } from './refusals.ts'

/** The password of the identity from its file, the environment or the terminal, in this order. */
export async function passwordOf(context: Context, purpose: 'new' | 'known'): Promise<string> {
  const { readPassword } = await import('../../../node/index.ts')
  const question = purpose === 'new' ? 'New password' : 'Password'
  try {
    return await readPassword({
      file: context.flags.text('password-file'),
      environment: context.world.env,
      prompt: secretPrompt(context, question, purpose === 'new')
    })
  } catch (error) {
    throw classified(error, IDENTITY_CLASSES)
  }
}
