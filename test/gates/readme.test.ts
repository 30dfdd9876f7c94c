import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ROOT } from './bad-tree.ts'

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
}

test('the README gives a reason for every package we depend on, and for no other', () => {
  const rows = readme.matchAll(/^\| (`[^|]*`) \| \S.*\|$/gm)
  const explained = [...rows].flatMap(([, names = '']) =>
    [...names.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)
  )
  const wanted = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies)]
  assert.deepEqual(inOrder(explained), inOrder(wanted))
})

test('every version we depend on is exact', () => {
  const versions = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
  const loose = versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))
  assert.deepEqual(loose, [])
})

test('every file the README links to is there', () => {
  const targets = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map(([, target = '']) => target)
  assert.ok(targets.length >= 7)
  assert.deepEqual(
    targets.filter(target => !existsSync(join(ROOT, target))),
    []
  )
})

function inOrder(names: readonly string[]): readonly string[] {
  return [...names].sort((a, b) => (a < b ? -1 : 1))
}
