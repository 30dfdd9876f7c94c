import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { announced, badTree, type LintSettings, realSettings, Tree } from './bad-tree.ts'

const tree = badTree()
after(() => tree.remove())

test('the linter finds in the bad tree exactly what its comments announce', async () => {
  const found = await tree.lint(realSettings())
  const places = [...new Set(found.map(finding => finding.replace(/ \|.*$/, '')))]
  assert.deepEqual(places, announced(tree))
})

test('every rule and every pattern of our settings, switched off alone, is missed', async () => {
  const whole = realSettings()
  // Rules that need types take most of the time: the others are tried without them.
  const untyped = { ...whole, options: { ...whole.options, typeAware: false } }
  for (const settings of [whole, untyped]) {
    const baseline = await tree.lint(settings)
    for (const { name, weaker } of weakened(settings)) {
      if (name.startsWith('typescript/') !== (settings === whole)) continue
      assert.notDeepEqual(
        await tree.lint(weaker),
        baseline,
        `nothing in the bad tree needs ${name}`
      )
    }
  }
})

for (const [name, path, source, expected] of [
  ['Buffer is no word in the ledger', 'ledger/a.ts', 'export const a: unknown = Buffer', 'TS2591'],
  [
    'process is no word in the ledger',
    'ledger/a.ts',
    'export const a: unknown = process',
    'TS2591'
  ],
  [
    'the ledger cannot set a timer',
    'ledger/a.ts',
    'export const a: unknown = setTimeout',
    'TS2304'
  ],
  ['the ledger cannot import Node', 'ledger/a.ts', "export * from 'node:fs'", 'TS2591'],
  [
    'the ledger does not compile against protocols',
    'ledger/a.ts',
    "export * from '../protocols/leaf.ts'",
    'TS6307'
  ],
  [
    'the ledger does not compile against the node',
    'ledger/a.ts',
    "export * from '../node/leaf.ts'",
    'TS6307'
  ],
  [
    'protocols do not compile against the node',
    'protocols/a.ts',
    "export * from '../node/leaf.ts'",
    'TS6307'
  ],
  [
    'protocols do not compile against the screen',
    'protocols/a.ts',
    "export * from '../tui/leaf.ts'",
    'TS6307'
  ],
  [
    'the node does not compile against the screen',
    'node/a.ts',
    "export * from '../tui/leaf.ts'",
    'TS6307'
  ],
  ['nothing compiles against the tests', 'tui/a.ts', "export * from '../test/leaf.ts'", 'TS6307'],
  ['the right way compiles', 'tui/a.ts', "export * from '../node/leaf.ts'", '']
] as const)
  test(`by the compiler: ${name}`, async () => {
    const small = new Tree()
    try {
      for (const room of ['ledger', 'protocols', 'node', 'tui', 'test'])
        small.write(`${room}/leaf.ts`, `export const ${room}: number = 1\n`)
      small.write(path, `${source}\n`)
      const errors = await small.compile()
      const codes = new Set(errors.map(error => error.replace(/^\S+ /, '')))
      assert.deepEqual([...codes].join(' '), expected)
    } finally {
      small.remove()
    }
  })

/** The settings again and again, each time without one rule, one forbidden import or one forbidden name. */
function* weakened(whole: LintSettings): Generator<{ name: string; weaker: LintSettings }> {
  for (const rule of Object.keys(whole.rules)) {
    const weaker = structuredClone(whole)
    weaker.rules[rule] = 'off'
    yield { name: rule, weaker }
  }
  for (const [index, { files, rules }] of whole.overrides.entries())
    for (const [rule, value] of Object.entries(rules))
      for (const [each, part] of partsOf(value).entries()) {
        if (part === 'error') continue
        const weaker = structuredClone(whole)
        partsOf(weaker.overrides[index]?.rules[rule]).splice(each, 1)
        yield { name: `${rule} ${JSON.stringify(part)} in ${files.join(' ')}`, weaker }
      }
}

/** The list a rule's setting consists of: its patterns, or the setting itself with its severity first. */
function partsOf(value: unknown): unknown[] {
  const setting = value as [string, { patterns?: unknown[] } | string]
  return (typeof setting[1] === 'object' && setting[1].patterns) || setting
}
