import type { MatchView, SearchView } from '../../../node/client.ts'
import { type Context, usageFailure } from '../../cli/index.ts'
import { type Column, clean, formatTable } from '../../format/index.ts'
import { readBid } from './shape.ts'

export async function searchHosts(context: Context): Promise<void> {
  const { flags } = context
  const [machine] = context.positionals
  const configuration = flags.text('configuration')
  if ((machine === undefined) === (configuration === undefined)) {
    throw usageFailure('machine search: name a machine, or a configuration with --configuration')
  }
  const bid = readBid(flags)
  const found = await context.call('machine.search', {
    ...(machine === undefined ? {} : { machine }),
    ...(configuration === undefined ? {} : { configuration }),
    ...(bid === undefined ? {} : { bid }),
    ...(flags.on('move') ? { move: true } : {})
  })
  context.output.result({ json: found, text: () => describeSearch(found, flags.on('explain')) })
}

/** Figures 11, 14, 20 and 31 of the 2004 text, with the reasons why each provider fits. */
export function describeSearch(found: SearchView, explain: boolean): string {
  const { configuration, matches, refused } = found
  const empty = matches.length === 0
  const why = explain || empty
  return [
    `${clean(configuration.name)} can be hosted by ${matches.length} of ${matches.length + refused.length} hosts:`,
    ...(empty ? [] : [formatTable(MATCH_COLUMNS, matches)]),
    ...(why && refused.length > 0
      ? ['', 'Does not fit:', formatTable(REFUSED_COLUMNS, refused)]
      : []),
    ...(found.advice === null ? [] : ['', clean(found.advice)]),
    ...(found.nearest === null
      ? []
      : [
          `The nearest bid that would have matched: $ ${found.nearest.storagePer30Days} per 30 days, $ ${found.nearest.runningPerHour} per hour`
        ])
  ].join('\n')
}

const MATCH_COLUMNS: readonly Column<MatchView>[] = [
  { title: 'HOST', cell: match => match.name },
  { title: 'OWNER', cell: match => match.ownerName },
  { title: 'PROCESSOR', cell: match => match.processor },
  { title: 'STORAGE $', cell: match => match.contract.storageText },
  { title: 'RUNNING $', cell: match => match.contract.runningText },
  { title: 'METHODS', cell: match => match.methods.join(' ') || '-' },
  { title: 'REACHED', cell: match => (match.online ? 'online' : 'offline') },
  { title: 'WHY', cell: match => match.reasons.join('; ') }
]

const REFUSED_COLUMNS: readonly Column<SearchView['refused'][number]>[] = [
  { title: 'HOST', cell: refused => refused.name },
  { title: 'CONSTRAINT', cell: refused => refused.constraint },
  { title: 'WHY', cell: refused => refused.message }
]
