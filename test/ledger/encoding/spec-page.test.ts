import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { DOMAINS } from '../../../ledger/index.ts'
import * as sample from '../../support/ledger-samples.ts'

const page = readFileSync('ledger/SPEC.md', 'utf8')

/** The words in the first column of the table under a heading. */
function wordsUnder(heading: string): string[] {
  const [, section = ''] = page.split(`\n## ${heading}\n`)
  const [own = ''] = section.split('\n## ')
  const rows = [...own.matchAll(/^\| ([a-z][a-z, -]*[a-z]) +\|/gm)].slice(1)
  return rows.flatMap(([, words = '']) => words.split(', '))
}

test('the page of the bytes lists every kind of transaction once', () => {
  const types = sample.bodies.map(({ type }) => type)
  assert.deepEqual(wordsUnder('Transactions').sort(), types.sort())
})

test('it lists every domain that is signed under', () => {
  const [, section = ''] = page.split('\n## What is signed\n')
  const listed = [...section.matchAll(/`(virtuoso\/[a-z-]+\/1)`/g)].map(([, domain]) => domain)
  assert.deepEqual(new Set(listed), new Set(Object.values(DOMAINS)))
})
