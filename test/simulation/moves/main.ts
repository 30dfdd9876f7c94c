/** `npm run simulate -- --moves --seeds N --from S`: exit 0 every property held, 3 one was violated, 2 bad arguments. */
import { parseArgs } from 'node:util'
import { type MoveRun, simulateMove } from './judge-move.ts'
import { MOVE_MUTANTS, type MoveMutant } from './mutants.ts'

const USAGE = `usage: npm run simulate -- --moves [--seeds N] [--from S] [--mutant NAME] [--json]
       npm run simulate -- --moves --list-mutants
Runs one move in each of the seeds S to S + N - 1 (1 to 1000 unless told otherwise).
Exit 0: every property held on every seed. Exit 3: a property was violated, named with its seed. Other: it failed itself.`
const SEED_MAX = 2 ** 28

function main(): number {
  const { values } = parseArgs({
    options: {
      moves: { type: 'boolean' },
      seeds: { type: 'string', default: '1000' },
      from: { type: 'string', default: '1' },
      mutant: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean' },
      'list-mutants': { type: 'boolean' }
    }
  })
  if (values.help === true) {
    console.log(USAGE)
    return 0
  }
  if (values['list-mutants'] === true) {
    for (const name of MOVE_MUTANTS) console.log(name)
    return 0
  }
  const from = wholeNumber('--from', values.from)
  const seeds = wholeNumber('--seeds', values.seeds)
  return runSeeds(from, seeds, mutantOf(values.mutant), values.json)
}

function runSeeds(from: number, seeds: number, mutant: MoveMutant | null, json: boolean): number {
  const totals = { moved: 0, stayed: 0, lies: 0 }
  for (let seed = from; seed < from + seeds; seed++) {
    const { tail, ...run } = simulateMove(seed, mutant)
    if (json) console.log(JSON.stringify(run))
    if (run.violation !== null) {
      if (!json) tell(run, tail, mutant)
      return 3
    }
    if (run.moved) totals.moved += 1
    else totals.stayed += 1
    if (run.origin !== 'honest' || run.destination !== 'honest') totals.lies += 1
  }
  if (json) console.log(JSON.stringify({ summary: totals, seeds, from, mutant }))
  else {
    console.log(
      `${seeds} moves from seed ${from}: every property held (${totals.moved} arrived, ${totals.stayed} stayed, ` +
        `${totals.lies} with a peer that lies)`
    )
  }
  return 0
}

function tell(
  run: Omit<MoveRun, 'tail'>,
  tail: readonly string[],
  mutant: MoveMutant | null
): void {
  const { seed, origin, destination, violation, trace } = run
  console.log(tail.join('\n'))
  console.log(`origin: ${origin}; destination: ${destination}`)
  console.log(`VIOLATED in seed ${seed}: ${violation?.property}: ${violation?.message}`)
  const what = mutant === null ? '' : ` --mutant ${mutant}`
  console.log(
    `again: npm run simulate -- --moves --seeds 1 --from ${seed}${what}   (trace ${trace})`
  )
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text)
  if (/^[0-9]{1,9}$/.test(text) && value >= 1 && value < SEED_MAX) return value
  throw new RangeError(`${name} takes a whole number from 1 to ${SEED_MAX - 1}`)
}

function mutantOf(name: string | undefined): MoveMutant | null {
  if (name === undefined) return null
  const found = MOVE_MUTANTS.find(each => each === name)
  if (found !== undefined) return found
  throw new RangeError(`there is no mutant "${name}"; --list-mutants tells which there are`)
}

try {
  process.exitCode = main()
} catch (error) {
  console.error(`simulate: ${error instanceof Error ? error.message : String(error)}`)
  console.error(USAGE)
  process.exitCode = 2
}
