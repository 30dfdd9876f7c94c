import { type Context, usageFailure } from '../../cli/index.ts'
import { describeBallot } from './election-text.ts'

export async function castVote(context: Context): Promise<void> {
  const candidates = [...context.positionals]
  if ((candidates.length === 0) !== context.flags.on('none')) {
    throw usageFailure(
      'vote: name the candidates you would trust, or give --none to have no ballot any more',
      'virtuoso election show'
    )
  }
  const view = await context.call('election.vote', { candidates })
  context.output.result({ json: view, text: () => describeBallot(view) })
}
