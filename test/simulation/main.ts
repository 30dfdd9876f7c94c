/** `npm run simulate -- --seeds N --from S`: exit 0 every property held, 3 one was violated, 2 bad arguments. */
import { parseArguments, USAGE } from './arguments.ts'
import { MUTANTS } from './mutants.ts'
import { type RunReport, simulate } from './world.ts'

const asked = parseArguments(process.argv.slice(2))
if (asked.kind === 'wrong') {
  console.error(`simulate: ${asked.why}`)
  console.error(USAGE)
  process.exitCode = 2
} else if (asked.kind === 'help') console.log(USAGE)
else if (asked.kind === 'list') for (const name of MUTANTS.keys()) console.log(name)
else process.exitCode = runSeeds(asked)

function runSeeds({
  from,
  seeds,
  members,
  mutant,
  epochs,
  losses,
  json
}: Extract<typeof asked, { kind: 'run' }>): number {
  const totals = {
    seeds: 0,
    blocks: 0,
    transactions: 0,
    messages: 0,
    crashes: 0,
    snapshots: 0,
    skippedViews: 0,
    handOvers: 0
  }
  const sinceMs = performance.now()
  for (let seed = from; seed < from + seeds; seed++) {
    const report = simulate({ seed, members, mutant, epochs, losses })
    totals.seeds += 1
    totals.blocks += report.blocks
    totals.transactions += report.transactions
    totals.messages += report.messages
    totals.crashes += report.crashes
    totals.snapshots += report.snapshots
    totals.handOvers += report.handOvers
    totals.skippedViews += report.skippedViews
    const { tail, ...facts } = report
    if (json) console.log(JSON.stringify(facts))
    if (report.violation !== null) {
      if (!json) tell(report, tail)
      return 3
    }
  }
  const seconds = (performance.now() - sinceMs) / 1_000
  if (json)
    console.log(JSON.stringify({ summary: totals, members, epochs, mutant: mutant.name, seconds }))
  else {
    console.log(
      `${totals.seeds} seeds from ${from}, ${members} coordinators: every property held (${totals.blocks} blocks, ${totals.handOvers} hand-overs, ` +
        `${totals.skippedViews} views skipped, ${totals.transactions} transactions, ${totals.messages} messages, ` +
        `${totals.crashes} crashes, ${totals.snapshots} snapshots, ${seconds.toFixed(1)} s)`
    )
  }
  return 0
}

function tell(
  { seed, members, mutant, epochs, losses, violation, liars, trace }: RunReport,
  tail: readonly string[]
): void {
  console.log(tail.join('\n'))
  console.log(`liars: ${liars.length === 0 ? 'none' : liars.join(', ')}`)
  console.log(`VIOLATED in seed ${seed}: ${violation?.property}: ${violation?.message}`)
  const what = `${epochs ? ' --epochs' : ''}${losses ? ' --losses' : ''}${mutant === 'none' ? '' : ` --mutant ${mutant}`}`
  console.log(
    `again: npm run simulate -- --seeds 1 --from ${seed} --coordinators ${members}${what}   (trace ${trace})`
  )
}
