import { type Context, Failure, usageFailure } from '../../cli/index.ts'

export async function openUi(context: Context): Promise<void> {
  const { stdin, stdout } = context.world
  if (stdin.isTTY !== true || stdout.isTTY !== true) {
    throw usageFailure('the terminal UI needs a terminal', 'the other commands work in a pipe')
  }
  const { runUi } = await import('../../ui/index.ts')
  const code = await runUi({ dir: context.dir })
  if (code === 0) return
  throw new Failure({
    code: 'UI_ENDED',
    class: 'failed',
    message: `the terminal UI ended with ${code}`,
    hint: null
  })
}
