import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  clean,
  displayWidth,
  fit,
  formatBytes,
  formatDays,
  formatDuration,
  formatFields,
  formatTable,
  formatTime
} from '../../../tui/format/index.ts'

interface Row {
  readonly name: string
  readonly amount: string
}

const COLUMNS = [
  { title: 'NAME', cell: (row: Row) => row.name },
  { title: 'AMOUNT', align: 'right' as const, cell: (row: Row) => row.amount },
  { title: 'END', cell: () => 'x' }
]

test('a table is aligned by the cells a text takes, numbers to the right', () => {
  const rows = [
    { name: 'web1', amount: '3' },
    { name: '仮想機械', amount: '1000' },
    { name: 'é', amount: '20' }
  ]
  const expected = [
    'NAME      AMOUNT  END',
    'web1           3  x',
    '仮想機械    1000  x',
    'é             20  x'
  ]
  assert.deepEqual(formatTable(COLUMNS, rows).split('\n'), expected)
})

test('a table without rows still says what it would show', () => {
  assert.equal(formatTable(COLUMNS, []), 'NAME  AMOUNT  END')
})

test('a name that carries an escape sequence or a line break cannot leave its cell', () => {
  const table = formatTable(COLUMNS, [{ name: 'a\u001b[2Jb\nc', amount: '1' }])
  assert.deepEqual(table.split('\n'), ['NAME      AMOUNT  END', 'a\ufffd[2Jb\ufffdc       1  x'])
})

test('marks that reorder text are shown, not obeyed', () => {
  assert.equal(clean('pay \u202e0001\u2066'), 'pay \ufffd0001\ufffd')
})

test('every control character is replaced and every printable one is kept', () => {
  for (let code = 0; code < 0xa0; code++) {
    const printable = code >= 0x20 && code < 0x7f
    const letter = String.fromCodePoint(code)
    assert.equal(clean(letter), printable ? letter : '\ufffd', `U+${code.toString(16)}`)
  }
})

test('wide letters take two cells, combining marks none, emoji two', () => {
  const texts = ['', 'abc', '仮', 'e\u0301', '\u{1f600}', 'a仮b', '\u2601\ufe0f']
  assert.deepEqual(texts.map(displayWidth), [0, 3, 2, 1, 2, 4, 2])
})

test('a text that is too long is cut at a whole letter with an ellipsis', () => {
  assert.equal(fit('abcd', 4), 'abcd')
  assert.equal(fit('abcde', 4), 'abc…')
  assert.equal(fit('仮想機械', 4), '仮…')
  assert.equal(fit('abc', 0), '')
})

test('fields without a value are left out', () => {
  const fields = [
    ['Name', 'web1'],
    ['Host', ''],
    ['Longer name', 'x']
  ] as const
  assert.equal(formatFields(fields), 'Name         web1\nLonger name  x')
})

test('sizes change their unit at each power of 1024', () => {
  const sizes = [0, 1023, 1024, 1536, 100 * 1024, 1024 ** 2 - 1, 1024 ** 2, 5 * 1024 ** 4]
  const expected = ['0 B', '1023 B', '1 KiB', '1.5 KiB', '100 KiB', '1024 KiB', '1 MiB', '5 TiB']
  assert.deepEqual(sizes.map(formatBytes), expected)
})

test('times change their unit where the next one begins', () => {
  const times = [-5, 0, 999, 1000, 59_900, 60_000, 61_000, 3_600_000, 86_400_000 * 1.5]
  const expected = '0 ms|0 ms|999 ms|1 s|59.9 s|1 min|1 min 1 s|1 h|1 d 12 h'
  assert.equal(times.map(formatDuration).join('|'), expected)
})

test('the next debit of storage is told in days, as figure 23 does', () => {
  assert.equal(formatDays(29.9915046296296 * 86_400_000), '29.9915 days')
  assert.equal(formatTime(Date.UTC(2004, 9, 1, 12, 0, 5)), '2004-10-01 12:00:05')
})
