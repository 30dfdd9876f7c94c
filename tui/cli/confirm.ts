import { createInterface } from 'node:readline/promises'
import type { Context } from './context.ts'
import { Failure, usageFailure } from './failure.ts'

/** Asks before something that cannot be undone. Without a terminal it never asks: it names the flag. */
export async function confirm(context: Context, question: string): Promise<void> {
  if (context.flags.on('yes')) return
  if (context.world.stdin.isTTY !== true) {
    throw usageFailure(`${question} cannot be asked: stdin is no terminal`, 'add --yes to agree')
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = await lines.question(`${question} [y/N] `, { signal: context.signal })
    if (/^y(es)?$/i.test(answer.trim())) return
  } finally {
    lines.close()
  }
  throw new Failure({ code: 'DECLINED', class: 'failed', message: 'nothing was done', hint: null })
}
