import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError, type ErrorClass } from '../../../node/client.ts'
import { commandName, EXIT_CODES, GLOBAL_FLAGS } from '../../../tui/cli/index.ts'
import { COMMANDS } from '../../../tui/commands/index.ts'
import { tell } from './world.ts'

const USAGE: readonly (readonly [string, RegExp])[] = [
  ['machine serch', /no command "machine serch"\n {2}did you mean `virtuoso machine search`\?/],
  ['machin list', /no command "machin list"\n {2}did you mean `virtuoso machine list`\?/],
  ['frobnicate', /no command "frobnicate"\n {2}see `virtuoso --help`/],
  ['machine', /machine needs one of: create, list, show/],
  ['machine show', /machine show: MACHINE is missing/],
  ['machine show a b', /machine show: "b" is one word too many/],
  ['machine list --jso', /no flag --jso\n {2}did you mean --json\?/],
  ['machine list -x', /no flag -x/],
  ['machine list --json=yes', /--json takes no value/],
  ['machine store web1 --host', /--host needs a value \(HOST\)/],
  ['machine store web1 --host --yes', /--host needs a value \(HOST\)\n {2}.*--host=--yes/],
  ['machine list --format yaml', /--format takes one of table, json, not "yaml"/],
  ['machine list --json --format table', /contradict/],
  ['machine list --timeout 0', /--timeout takes a number of seconds/],
  ['machine list --timeout soon', /--timeout takes a number of seconds/],
  ['machine list --wait --no-wait', /contradict/],
  ['--quiet', /which command\?/],
  ['host add --speed-price 1e-7', /--speed-price takes an amount of dollars/],
  ['host add virt17 --speed-unit 0', /--speed-unit takes a whole number of at least 1, not "0"/],
  ['account open maria', /--kind is missing/],
  ['account open maria --kind king', /--kind takes one of buyer, provider/],
  ['machine store web1', /which host\?/],
  ['machine store web1 --host a --cheapest', /contradict/],
  ['machine search', /name a machine, or a configuration/],
  ['machine edit web1', /nothing to change/],
  ['machine wait web1 --for ever', /--for takes one of registered/],
  ['console web1 -t vnc', /--type takes one of serial/],
  ['ui', /needs a terminal/]
]

for (const [line, expected] of USAGE)
  test(`"virtuoso ${line}" is a usage error that says what is wrong`, async () => {
    const told = await tell(line)
    assert.match(told.stderr, expected)
    assert.equal(told.code, 2)
    assert.equal(told.stdout, '')
    assert.deepEqual(told.calls, [])
  })

const BODY = { code: 'SOME_CODE', message: 'It was refused.', hint: 'Do so.' }

for (const kind of Object.keys(EXIT_CODES) as ErrorClass[])
  test(`an error of class ${kind} from the node ends with exit code ${EXIT_CODES[kind]}`, async () => {
    const body = { ...BODY, class: kind }
    const answers = { 'ledger.head': () => Promise.reject(new ApiError(body)) }
    const told = await tell('ledger head', { answers })
    assert.equal(told.code, EXIT_CODES[kind])
    assert.equal(told.stderr, 'virtuoso: It was refused.\n  Do so.\n')
    const asJson = await tell('ledger head --json', { answers })
    assert.equal(asJson.code, EXIT_CODES[kind])
    assert.deepEqual(JSON.parse(asJson.stderr), body)
    assert.equal(asJson.stdout, '')
  })

test('the exit codes are those that the interface promises', () => {
  const promised = { failed: 1, usage: 2, 'not-found': 3, denied: 4, unreachable: 5, timeout: 6 }
  assert.deepEqual(EXIT_CODES, promised)
})

test('help lists every exit code of the code and no other', async () => {
  const { stdout } = await tell('--help')
  const section = stdout.slice(stdout.indexOf('Exit codes:'), stdout.indexOf('Names, UUIDs'))
  const listed = [...section.matchAll(/^ {2}(\d) {2}/gm)].map(match => Number(match[1]))
  assert.deepEqual(listed, [0, ...Object.values(EXIT_CODES)])
})

test('help lists every command, and each command its flags and arguments', async () => {
  const overview = (await tell('--help')).stdout
  for (const command of COMMANDS) {
    const name = commandName(command)
    assert.ok(overview.includes(`\n  ${name}`), name)
    const { stdout, code } = await tell([...command.path, '--help'])
    assert.equal(code, 0)
    for (const flag of [...(command.flags ?? []), ...GLOBAL_FLAGS])
      assert.match(stdout, new RegExp(`--${flag.name}\\b`), `${name} --${flag.name}`)
    for (const each of command.positionals ?? [])
      assert.ok(stdout.includes(`  ${each.name} `), name)
  }
})

test('a flag of one name is the same kind of flag everywhere', () => {
  // Parsing begins before the command is known: else `--for x` could be one word or two.
  const kinds = new Map<string, boolean>()
  for (const flag of [...GLOBAL_FLAGS, ...COMMANDS.flatMap(command => command.flags ?? [])]) {
    const takesValue = flag.value !== undefined
    assert.equal(kinds.get(flag.name) ?? takesValue, takesValue, flag.name)
    kinds.set(flag.name, takesValue)
  }
})

test('no two commands answer to the same words', () => {
  const paths = COMMANDS.flatMap(({ path, aliases = [] }) => [path, ...aliases])
  const names = paths.map(words => words.join(' '))
  assert.deepEqual(names.toSorted(), [...new Set(names)].toSorted())
})

test('every command can be loaded', async () => {
  for (const command of COMMANDS) assert.equal(typeof (await command.load()), 'function')
})

test('flags may stand before the words of the command', async () => {
  const answers = { 'machine.list': () => ({ machines: [] }) }
  const told = await tell('--format json machine list', { answers })
  assert.deepEqual(JSON.parse(told.stdout), { machines: [] })
})

test('the aliases people type do what the commands do', async () => {
  const answers = { 'machine.list': () => ({ machines: [] }) }
  for (const line of ['ls', 'machine ls', 'machine list']) {
    const { calls } = await tell(line, { answers })
    assert.deepEqual(calls, [{ method: 'machine.list', input: { all: false } }])
  }
})

test('--timeout ends a call that is not answered with exit code 6', async () => {
  const answers = { 'ledger.head': () => new Promise<never>(() => undefined) }
  const told = await tell('ledger head --timeout 0.01', { answers })
  assert.equal(told.code, 6)
  assert.match(told.stderr, /--timeout ran out/)
})

test('what cannot be undone is not done without a terminal or --yes', async () => {
  const answers = { 'machine.discard': () => ({ discarded: 'web1' }) }
  const refused = await tell('machine discard web1', { answers })
  assert.equal(refused.code, 2)
  assert.match(refused.stderr, /add --yes/)
  assert.deepEqual(refused.calls, [])
  const agreed = await tell('machine discard web1 --yes', { answers })
  assert.equal(agreed.code, 0)
  assert.equal(agreed.stdout, 'web1 is forgotten\n')
})

test('colour is used only on a terminal that wants it', async () => {
  const isRed = async (line: string, stderrIsTty: boolean, env = {}): Promise<boolean> =>
    (await tell(line, { stderrIsTty, env })).stderr.includes('\u001b[31m')
  assert.equal(await isRed('nonsense', true), true)
  assert.equal(await isRed('nonsense', false), false)
  assert.equal(await isRed('nonsense --no-color', true), false)
  assert.equal(await isRed('nonsense', true, { NO_COLOR: '1' }), false)
})

test('-v shows the causes of an error', async () => {
  const failure = new Error('outer', { cause: new Error('the disk is full') })
  const answers = { 'ledger.head': () => Promise.reject(failure) }
  assert.match((await tell('ledger head -v', { answers })).stderr, /the disk is full/)
  assert.doesNotMatch((await tell('ledger head', { answers })).stderr, /the disk is full/)
})
