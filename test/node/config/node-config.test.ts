import assert from 'node:assert/strict'
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { dataLayout, resolveDataDir } from '../../../node/client.ts'
import {
  formatGenesis,
  type InitOptions,
  initNode,
  loadConfig,
  loadGenesis,
  makeDevelopmentGenesis,
  parseGenesis
} from '../../../node/config/index.ts'
import { loadIdentity } from '../../../node/identity/index.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const KEY = 'ab'.repeat(32)
const clock = new ManualClock(1_100_000_000_000)

function wishes(dir: string, more: Partial<InitOptions> = {}): InitOptions {
  return {
    dir,
    name: 'alice',
    roles: ['coordinator'],
    password: 'correct horse',
    genesis: 'new-development',
    clock,
    cost: { n: 16, r: 1, p: 1 },
    ...more
  }
}

const GENESIS = makeDevelopmentGenesis({
  coordinators: [{ name: 'one', key: KEY }],
  issuer: 'cd'.repeat(32),
  timeMs: 1_100_000_000_123
})

test('init makes a directory that loads again: config, genesis, keys', async t => {
  const dir = join(temporaryDirectory(t), 'alice')
  const made = await initNode(wishes(dir))
  const layout = dataLayout(dir)
  assert.deepEqual(await loadConfig(layout.config), made.config)
  assert.deepEqual(await loadGenesis(layout.genesis), made.genesis)
  const identity = await loadIdentity({ dir: layout.identity, password: 'correct horse' })
  assert.deepEqual(made.genesis.coordinators, [{ name: 'alice', key: identity.node.publicKey }])
  assert.equal(made.genesis.parameters.signupGrant, 1_000_000_000_000_000n)
  assert.equal(statSync(dir).mode & 0o777, 0o700)
})

test('init never overwrites a node', async t => {
  const dir = temporaryDirectory(t)
  await initNode(wishes(dir))
  await assert.rejects(initNode(wishes(dir)), {
    code: 'CONFIG_EXISTS',
    message: /virtuoso node run/
  })
})

test('an init that was cut off before node.json is run again and keeps the keys', async t => {
  const dir = temporaryDirectory(t)
  const first = await initNode(wishes(dir))
  rmSync(dataLayout(dir).config)
  const second = await initNode(wishes(dir))
  assert.equal(second.identity.account.publicKey, first.identity.account.publicKey)
  rmSync(dataLayout(dir).config)
  await assert.rejects(initNode(wishes(dir, { password: 'another one' })), {
    code: 'WRONG_PASSWORD'
  })
})

test('a coordinator that the genesis does not name is told its key', async t => {
  const options = wishes(temporaryDirectory(t), { genesis: GENESIS })
  await assert.rejects(initNode(options), { code: 'GENESIS_WITHOUT_ME', message: /[0-9a-f]{64}/ })
})

test('a new network without a coordinator is refused', async t => {
  const options = wishes(temporaryDirectory(t), { roles: ['buyer'] })
  await assert.rejects(initNode(options), { code: 'GENESIS_MISSING', message: /--genesis/ })
})

test('a malformed address, role or name is refused before anything is made', async t => {
  const dir = join(temporaryDirectory(t), 'never')
  const bad: [Partial<InitOptions>, RegExp][] = [
    [{ listen: ['127.0.0.1:7144'] }, /listen\.0.*multiaddr/],
    [{ bootstrap: ['/ip4/127.0.0.1/tcp/7144'] }, /bootstrap\.0.*PeerId/],
    [{ roles: [] }, /roles/],
    [{ roles: ['buyer', 'buyer'] }, /twice/],
    [{ name: 'a b' }, /name/]
  ]
  for (const [change, message] of bad) {
    await assert.rejects(initNode(wishes(dir, change)), { code: 'CONFIG_DAMAGED', message })
  }
  assert.throws(() => statSync(dir), { code: 'ENOENT' })
})

test('an edited config with an unknown field or a limit beyond its bounds names the field', async t => {
  const dir = temporaryDirectory(t)
  await initNode(wishes(dir))
  const { config } = dataLayout(dir)
  const text = readFileSync(config, 'utf8')
  writeFileSync(config, text.replace('"listen"', '"lissten"'))
  await assert.rejects(loadConfig(config), { code: 'CONFIG_DAMAGED', message: /lissten/ })
  for (const [value, good] of [
    [3, false],
    [4, true],
    [4096, true],
    [4097, false]
  ] as const) {
    writeFileSync(config, text.replace('"connectionsMax": 64', `"connectionsMax": ${value}`))
    if (good) assert.equal((await loadConfig(config)).limits.connectionsMax, value)
    else await assert.rejects(loadConfig(config), { message: /connectionsMax/ })
  }
})

test('who is only a buyer has a light ledger unless it asks for the full one, and all others the full one', async t => {
  const made = async (change: Partial<InitOptions>) => {
    const dir = temporaryDirectory(t)
    const init = await initNode(wishes(dir, { genesis: GENESIS, ...change }))
    assert.deepEqual(await loadConfig(dataLayout(dir).config), init.config)
    return init.config.ledger
  }
  assert.equal(await made({ roles: ['buyer'] }), 'light')
  assert.equal(await made({ roles: ['buyer'], ledger: 'full' }), 'full')
  assert.equal(await made({ roles: ['provider'] }), 'full')
  assert.equal(await made({ roles: ['observer'] }), 'full')
  assert.equal(await made({ roles: ['buyer', 'provider'] }), 'full')
})

test('a light provider, coordinator or observer is refused, when it is made and when it is loaded', async t => {
  for (const role of ['provider', 'coordinator', 'observer'] as const) {
    const dir = temporaryDirectory(t)
    const light = wishes(dir, { roles: ['buyer', role], genesis: GENESIS, ledger: 'light' })
    const refusal = { code: 'CONFIG_DAMAGED', message: /ledger: .* replays the whole ledger/ }
    await assert.rejects(initNode(light), refusal)
    await initNode(wishes(dir, { roles: ['buyer'], genesis: GENESIS }))
    const { config } = dataLayout(dir)
    const text = readFileSync(config, 'utf8')
    writeFileSync(config, text.replace('"buyer"', `"buyer", "${role}"`))
    await assert.rejects(loadConfig(config), refusal)
  }
})

test('a config of before there was a choice is light for a buyer, full for a provider', async t => {
  for (const [role, ledger] of [
    ['buyer', 'light'],
    ['provider', 'full']
  ] as const) {
    const dir = temporaryDirectory(t)
    await initNode(wishes(dir, { roles: [role], genesis: GENESIS }))
    const { config } = dataLayout(dir)
    const text = readFileSync(config, 'utf8')
    writeFileSync(config, text.replace(/ *"ledger": "[a-z]+",\n/, ''))
    assert.equal((await loadConfig(config)).ledger, ledger)
  }
})

test('a node takes a snapshot where it is far behind, an observer replays, and a file may say otherwise', async t => {
  const dir = temporaryDirectory(t)
  const { config, genesis } = await initNode(wishes(join(dir, 'one')))
  assert.equal(config.sync, 'snapshot')
  const observing = wishes(join(dir, 'two'), { roles: ['observer'], genesis })
  assert.equal((await initNode(observing)).config.sync, 'replay')
  const path = dataLayout(observing.dir).config
  const text = readFileSync(path, 'utf8')
  writeFileSync(path, text.replace(/ *"sync": "replay",\n/, ''))
  assert.equal((await loadConfig(path)).sync, 'replay', 'a file from before there was a choice')
  writeFileSync(path, text.replace('"replay"', '"snapshot"'))
  assert.equal((await loadConfig(path)).sync, 'snapshot')
  writeFileSync(path, text.replace('"replay"', '"magic"'))
  await assert.rejects(loadConfig(path), { code: 'CONFIG_DAMAGED', message: /sync/ })
})

test('a directory without a node says how to make one', async t => {
  await assert.rejects(loadConfig(dataLayout(temporaryDirectory(t)).config), {
    code: 'CONFIG_MISSING',
    message: /virtuoso node init/
  })
})

test('a genesis is the same record after a walk through its file', () => {
  assert.deepEqual(parseGenesis('g', formatGenesis(GENESIS)), GENESIS)
  assert.match(formatGenesis(GENESIS), /"time": "2004-11-09T11:33:20.123Z"/)
  assert.match(formatGenesis(GENESIS), /"signupGrant": "1000"/)
})

test('a genesis with two coordinators, a doubled key or a grant of real money is refused', () => {
  const second = { name: 'two', key: 'ef'.repeat(32) }
  const cases: [string, RegExp][] = [
    [formatGenesis({ ...GENESIS, coordinators: [...GENESIS.coordinators, second] }), /1, 4 or 7/],
    [formatGenesis({ ...GENESIS, coordinators: Array(4).fill(second) }), /twice/],
    [formatGenesis({ ...GENESIS, dev: false }), /development network/],
    [formatGenesis(GENESIS).replace('.123Z', 'Z'), /time/],
    [formatGenesis(GENESIS).slice(0, -20), /no JSON/]
  ]
  for (const [text, message] of cases) {
    assert.throws(() => parseGenesis('g', text), { code: 'GENESIS_DAMAGED', message })
  }
})

test('the rules of elections are the same after a walk through the file, and wrong ones are refused', () => {
  const election = {
    epochBlocks: 100,
    epochMs: 3_600_000,
    tallyBlocks: 10,
    bond: 50_000_000_000_000n,
    turnoutPercent: 10,
    sizeMax: 7,
    silenceViews: 1_000
  } as const
  const elected = { ...GENESIS, parameters: { ...GENESIS.parameters, election } }
  const text = formatGenesis(elected)
  assert.deepEqual(parseGenesis('g', text), elected)
  assert.match(text, /"bond": "50"/)
  assert.ok(parseGenesis('g', text.replace('"tallyBlocks": 10', '"tallyBlocks": 99')))
  const cases: [string, string, RegExp][] = [
    ['"tallyBlocks": 10', '"tallyBlocks": 100', /fewer than epochBlocks/],
    ['"sizeMax": 7', '"sizeMax": 5', /sizeMax/],
    ['"turnoutPercent": 10', '"turnoutPercent": 101', /turnoutPercent/],
    ['"dev": true', '"dev": false', /win elections/]
  ]
  for (const [good, bad, message] of cases) {
    const changed = text.replace(good, bad)
    assert.throws(() => parseGenesis('g', changed), { code: 'GENESIS_DAMAGED', message })
  }
})

test('the data directory is the flag, then VIRTUOSO_HOME, then XDG', () => {
  const environment = { VIRTUOSO_HOME: '/v', XDG_DATA_HOME: '/x' }
  assert.equal(resolveDataDir('/flag', environment), '/flag')
  assert.equal(resolveDataDir(undefined, environment), '/v')
  assert.equal(resolveDataDir(undefined, { XDG_DATA_HOME: '/x' }), '/x/virtuoso')
  assert.match(
    resolveDataDir(undefined, { XDG_DATA_HOME: 'relative' }),
    /\.local\/share\/virtuoso$/
  )
})
