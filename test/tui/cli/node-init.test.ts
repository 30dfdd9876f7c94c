import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { CONFIG_CODES } from '../../../node/config/index.ts'
import { CONFIG_CLASSES } from '../../../tui/commands/node/refusals.ts'
import { type Told, tell } from './world.ts'

const base = await mkdtemp(join(tmpdir(), 'virtuoso-test-'))
after(() => rm(base, { recursive: true, force: true }))

const env = { VIRTUOSO_PASSWORD: 'correct horse' }

function init(name: string, ...flags: readonly string[]): Promise<Told> {
  return tell(['node', 'init', '--data', join(base, name), '--name', name, ...flags], { env })
}

test('every refusal of the configuration has a class, and so an exit code', () => {
  assert.deepEqual(Object.keys(CONFIG_CLASSES).toSorted(), [...CONFIG_CODES].toSorted())
})

test('a coordinator begins a development network, and others join it by its genesis file', async () => {
  const first = await init('carol', '--role', 'coordinator', '--dev-genesis')
  assert.equal(first.code, 0, first.stderr)
  assert.match(first.stdout, /^Network {6}development {2}DEVELOPMENT$/m)
  const genesis = join(base, 'carol', 'genesis.json')
  const listen = ['--listen', '/ip4/127.0.0.1/tcp/0', '--accelerator', 'tcg']
  const second = await init('maria', '--genesis', genesis, '--role', 'buyer', ...listen)
  assert.equal(second.code, 0, second.stderr)
  const joined = await readFile(join(base, 'maria', 'genesis.json'), 'utf8')
  assert.equal(joined, await readFile(genesis, 'utf8'))
  const config = JSON.parse(await readFile(join(base, 'maria', 'node.json'), 'utf8'))
  assert.deepEqual(config.listen, ['/ip4/127.0.0.1/tcp/0'])
  assert.equal(config.vmm.accelerator, 'tcg')
  assert.equal((await stat(join(base, 'maria'))).mode & 0o777, 0o700)
})

test('a new network elects its coordinators where it is told how often, and votes are counted before', async () => {
  const flags = ['--role', 'coordinator', '--dev-genesis', '--epoch-blocks']
  for (const [blocks, tallyBlocks] of [
    [2, 1],
    [200, 20]
  ] as const) {
    const name = `voter${blocks}`
    assert.equal((await init(name, ...flags, `${blocks}`)).code, 0)
    const text = await readFile(join(base, name, 'genesis.json'), 'utf8')
    const { election } = JSON.parse(text).parameters
    assert.deepEqual([election.epochBlocks, election.tallyBlocks], [blocks, tallyBlocks])
  }
  const electionOf = async (name: string): Promise<{ readonly epochBlocks: number } | null> => {
    const { parameters } = JSON.parse(await readFile(join(base, name, 'genesis.json'), 'utf8'))
    return parameters.election
  }
  assert.equal((await electionOf('carol'))?.epochBlocks, 1_000)
  assert.equal((await init('keeper', ...flags, '0')).code, 0)
  assert.equal(await electionOf('keeper'), null)
})

test('what is printed holds no secret', async () => {
  const told = await init('judy', '--role', 'coordinator', '--dev-genesis', '--json')
  const shown = JSON.parse(told.stdout) as Record<string, unknown>
  assert.deepEqual(Object.keys(shown).toSorted(), [
    'accountKey',
    'config',
    'dataDir',
    'dev',
    'networkName',
    'nodeKey'
  ])
})

test('a second init in the same directory is refused', async () => {
  const again = await init('carol', '--role', 'coordinator', '--dev-genesis')
  assert.equal(again.code, 1)
  assert.match(again.stderr, /there is already a node/)
})

const REFUSED: readonly (readonly [string, readonly string[], number])[] = [
  ['without a network', [], 2],
  ['with two networks', ['--genesis', 'x', '--dev-genesis'], 2],
  ['with epochs for a network that has its own', ['--genesis', 'x', '--epoch-blocks', '9'], 2],
  [
    'with epochs too short to count votes in',
    ['--role', 'coordinator', '--dev-genesis', '--epoch-blocks', '1'],
    2
  ],
  ['with a role that does not exist', ['--role', 'king', '--dev-genesis'], 2],
  ['of a development network without its coordinator', ['--role', 'buyer', '--dev-genesis'], 3],
  ['with a genesis file that is not there', ['--genesis', join(base, 'none.json')], 3],
  [
    'with a listen address that is none',
    ['--listen', 'here', '--role', 'coordinator', '--dev-genesis'],
    2
  ]
]

for (const [what, flags, code] of REFUSED)
  test(`init ${what} ends with exit code ${code} and makes no node`, async () => {
    const told = await init('nobody', ...flags)
    assert.equal(told.code, code, told.stderr)
    await assert.rejects(stat(join(base, 'nobody', 'node.json')))
  })
