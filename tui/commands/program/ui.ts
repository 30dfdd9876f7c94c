import { type Context, usageFailure } from '../../cli/index.ts'

export async function openUi(context: Context): Promise<number> {
  const { stdin, stdout } = context.world
  if (stdin.isTTY !== true || stdout.isTTY !== true) {
    throw usageFailure('the terminal UI needs a terminal', 'the other commands work in a pipe')
  }
  const { runUi } = await import('../../ui/index.ts')
  return runUi({ dir: context.dir })
}
