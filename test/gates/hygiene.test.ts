import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { test } from 'node:test'
import { ROOT } from './bad-tree.ts'

/** A file beyond it usually holds two ideas (the largest of the projects we compared with have 400). */
const LINES_MAX = 400
/** Bytes that are not text, and folders that are not ours. */
const SKIPPED = new Set(['.git', 'node_modules', 'dist'])
const BINARY = /\.(?:png|bin|gz|xz|cpio)$/

const files = walk(ROOT).map(path => ({
  path: relative(ROOT, path),
  text: BINARY.test(path) ? '' : readFileSync(path, 'utf8')
}))

/** Written in pieces: this file is among those that are searched. */
const FORBIDDEN: readonly (readonly [string, RegExp])[] = [
  ['the folders of the machine it was written on', new RegExp('/(?:wor' + 'k|roo' + 't)/')],
  ['the tools of those who wrote it', new RegExp('\\.libra' + 'ry\\b|/tmp/la' + 'nd')],
  [
    'the host of a package registry',
    new RegExp('registr' + 'y\\.[a-z-]+\\.[a-z]|npmj' + 's\\.(?:org|com)')
  ],
  ['work that is still to be done', new RegExp('\\b(?:TO' + 'DO|FIX' + 'ME|XX' + 'X)\\b')]
]

for (const [what, pattern] of FORBIDDEN)
  test(`no file names ${what}`, () => {
    const found = files.flatMap(({ path, text }) =>
      text
        .split('\n')
        .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}`] : []))
    )
    assert.deepEqual(found, [])
  })

test('the search for forbidden words reads the sources and finds what is there', () => {
  const found = files.filter(({ text }) => /LINES_MAX = 400/.test(text)).map(({ path }) => path)
  assert.deepEqual(found, ['test/gates/hygiene.test.ts'])
  assert.ok(files.some(({ path }) => path === 'package-lock.json'))
})

test('the lockfile says what to install and not from where', () => {
  const lock = files.find(({ path }) => path === 'package-lock.json')?.text ?? ''
  assert.match(lock, /"integrity": "sha512-/)
  assert.doesNotMatch(lock, /"resolved": "http/)
})

test('the lockfile knows the packages of every platform, or npm ci refuses it', () => {
  const lock = files.find(({ path }) => path === 'package-lock.json')?.text ?? ''
  const { packages } = JSON.parse(lock) as {
    packages: Record<string, { optionalDependencies?: Record<string, string> }>
  }
  const missing = Object.values(packages).flatMap(({ optionalDependencies }) =>
    Object.keys(optionalDependencies ?? {}).filter(name => !(`node_modules/${name}` in packages))
  )
  assert.deepEqual(missing, [])
})

test(`no source file has more than ${LINES_MAX} lines`, () => {
  const sources = files.filter(({ path }) =>
    /^(?:ledger|protocols|node|tui)\/.*\.(?:ts|mjs)$/.test(path)
  )
  const long = sources.filter(({ text }) => text.trimEnd().split('\n').length > LINES_MAX)
  assert.deepEqual(
    long.map(({ path }) => path),
    []
  )
})

test('no room is called after nothing in particular', () => {
  const vague = files.filter(({ path }) =>
    /(?:^|\/)(?:utils?|common|helpers?|types|misc)(?:\/|\.ts$)/.test(path)
  )
  assert.deepEqual(
    vague.map(({ path }) => path),
    []
  )
})

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name)
    if (SKIPPED.has(entry.name)) return []
    if (entry.isDirectory()) return walk(path)
    return entry.isFile() ? [path] : []
  })
}
