import { join } from 'node:path'
import process from 'node:process'
import { build, tool } from './build.mjs'
import { bringImage } from './image.mjs'
import { bringPackages } from './packages.mjs'
import { Problem } from './problem.mjs'
import { ROOT, runVisibly, say } from './run.mjs'
import { bringSystemPackages } from './system.mjs'
import { runTests } from './tests.mjs'

export const USAGE = `usage: node node/start.mjs JOB [arguments]
  first-run [--keep] [--data DIR]  the whole market on this machine (npm start)
  test [PART ...]                  every test, or those with PART in their path (npm test)
  check                            build, lint, format check, unused code, tests (npm run check)
  bench [NAME ...] [--json]        measure (npm run bench -- NAME)
  crash [--role R] [--step S] [--as-it-left]
                                   moves in which a process dies before each effect, on real machines
  simulate [--seeds N] [--help]    coordinators that crash and lie (npm run simulate -- ...);
                                   with --moves: moves of a machine in which processes die and peers lie
  setup                            only bring what the others need`

/** What a job may rely on beyond the sources; handed to it as environment. */
async function prepare() {
  await bringPackages()
  await build()
  return await prepareGuests()
}

async function prepareGuests() {
  await bringSystemPackages()
  return { VIRTUOSO_IMAGES: await bringImage() }
}

async function setup() {
  const { VIRTUOSO_IMAGES: images } = await prepare()
  say(`virtuoso: ready; guest images are in ${images}`)
  return 0
}

async function firstRun(args) {
  const env = await prepare()
  return await runVisibly(process.execPath, [built('tui/first-run/main.js'), ...args], { env })
}

async function test(args) {
  const env = await prepare()
  return await runTests(args, env)
}

async function bench(args) {
  const env = await prepare()
  return await runVisibly(process.execPath, [built('test/bench/main.js'), ...args], { env })
}

/** Needs no guests: all of it happens in one process. */
async function simulate(args) {
  await bringPackages()
  await build()
  const main = args.includes('--moves') ? 'moves/main.js' : 'main.js'
  return await runVisibly(process.execPath, [built(`test/simulation/${main}`), ...args])
}

/** Real guests: the table of moves in which a process dies before each effect. */
async function crash(args) {
  const env = await prepare()
  return await runVisibly(process.execPath, [built('test/crash/main.js'), ...args], { env })
}

/** Cheap and telling first; the tests last, so that the runner's summary ends the output. */
async function check() {
  await bringPackages()
  say('\n== build')
  await build()
  await gate('lint', 'oxlint', ['--deny-warnings'])
  await gate('format', 'biome', ['ci', '.'])
  await gate('unused code', 'knip', [])
  say('\n== tests')
  const env = await prepareGuests()
  return await runTests([], env)
}

async function gate(title, name, args) {
  say(`\n== ${title}`)
  const code = await runVisibly(tool(name), args)
  if (code !== 0) throw new Problem(1, `${title} failed (${name} ended with ${code})`)
}

function built(path) {
  return join(ROOT, 'dist', path)
}

export const JOBS = new Map([
  ['first-run', firstRun],
  ['test', test],
  ['check', check],
  ['bench', bench],
  ['simulate', simulate],
  ['crash', crash],
  ['setup', setup]
])
