import assert from 'node:assert/strict'
import { test } from 'node:test'
import headless from '@xterm/headless'
import {
  cleanText,
  clip,
  Frame,
  InputRouter,
  normaliseKey,
  paint,
  TAIL_HOLD_MS,
  textWidth,
  wrap
} from '../../../tui/ui/screen/index.ts'

function emulator(columns: number, rows: number): InstanceType<typeof headless.Terminal> {
  return new headless.Terminal({ cols: columns, rows, allowProposedApi: true })
}

async function shown(
  terminal: InstanceType<typeof headless.Terminal>,
  bytes: string
): Promise<string> {
  await new Promise<void>(resolve => terminal.write(bytes, resolve))
  const lines: string[] = []
  for (let y = 0; y < terminal.rows; y++)
    lines.push(terminal.buffer.active.getLine(y)?.translateToString(true).trimEnd() ?? '')
  return `${lines.join('\n')}\n`
}

function frameOf(...lines: string[]): Frame {
  const frame = new Frame(20, 3)
  for (const [y, line] of lines.entries()) frame.put(0, y, line)
  return frame
}

test('escape sequences vanish as a whole, with controls, joiners and marks', () => {
  assert.equal(cleanText('a\u001b[31mb\u001b]0;title\u0007c\u009b1md'), 'abcd')
  assert.equal(cleanText('x\u202ey\u200dz\ufe0f\u0301\u0000'), 'xyz')
  assert.equal(cleanText('two\nlines\tone'), 'two lines one')
})

test('text is cut by cells, not by characters', () => {
  assert.equal(textWidth('字b'), 3)
  assert.equal(clip('字字字', 6), '字字字')
  assert.equal(clip('字字字', 5), '字字…')
  assert.equal(clip('字字字', 4), '字…')
})

test('lines break at spaces, and inside a word that is longer than a line', () => {
  assert.deepEqual(wrap('one two three', 7), ['one two', 'three'])
  assert.deepEqual(wrap('abcdefgh', 3), ['abc', 'def', 'gh'])
})

test('half of a wide character is never left: what overwrites one half blanks the other', () => {
  const frame = new Frame(4, 1)
  frame.put(0, 0, '字字')
  frame.put(1, 0, 'x')
  assert.equal(frame.toText(), ' x字\n')
})

test('a change is painted as the difference, and the screen then shows the new frame', async () => {
  const terminal = emulator(20, 3)
  const before = frameOf('one', '字 two', 'three')
  const after = frameOf('one', '字 tWo', '')
  assert.equal(await shown(terminal, paint(null, before, 'standard')), before.toText())
  const bytes = paint(before, after, 'standard')
  assert.ok(bytes.length < paint(null, after, 'standard').length + 40)
  assert.ok(!bytes.includes('one'))
  assert.equal(await shown(terminal, bytes), after.toText())
})

test('an unchanged frame costs no byte', () => {
  assert.equal(paint(frameOf('same'), frameOf('same'), 'standard'), '')
})

test('Enter, that the decoder reports twice, is one key; Ctrl-] and capitals have their names', () => {
  assert.deepEqual(normaliseKey('\r', { name: 'enter' }), { name: 'enter', text: '' })
  assert.equal(normaliseKey('\r', { name: 'return' }), null)
  assert.deepEqual(normaliseKey('\u001d', {}), { name: 'C-]', text: '' })
  assert.deepEqual(normaliseKey('G', { name: 'g', full: 'S-g' }), { name: 'G', text: 'G' })
  assert.deepEqual(normaliseKey(undefined, { name: 'tab', full: 'S-tab' }), {
    name: 'S-tab',
    text: ''
  })
})

function routed(): { router: InputRouter; heard: string[] } {
  const heard: string[] = []
  const router = new InputRouter({
    keys: sequence => void heard.push(`key ${JSON.stringify(sequence)}`),
    text: text => void heard.push(`text ${text}`),
    paste: text => void heard.push(`paste ${text}`)
  })
  return { router, heard }
}

test('an escape sequence in pieces is one sequence; a lone ESC is Escape after the hold', t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { router, heard } = routed()
  router.push(Buffer.from('\u001b'))
  t.mock.timers.tick(TAIL_HOLD_MS - 1)
  router.push(Buffer.from('[A'))
  router.push(Buffer.from('\u001b'))
  t.mock.timers.tick(TAIL_HOLD_MS)
  assert.deepEqual(heard, ['key "\\u001b[A"', 'key "\\u001b"'])
})

test('a character beyond ASCII arrives whole, even when its bytes come in pieces', () => {
  const { router, heard } = routed()
  const bytes = Buffer.from('é😀')
  router.push(bytes.subarray(0, 3))
  router.push(bytes.subarray(3))
  assert.deepEqual(heard, ['text é', 'text 😀'])
})

test('a paste is one event, also in pieces', () => {
  const { router, heard } = routed()
  router.push(Buffer.from('\u001b[200~qu'))
  router.push(Buffer.from('it\u001b[20'))
  router.push(Buffer.from('1~j'))
  assert.deepEqual(heard, ['paste quit', 'key "j"'])
})

test('attached to a console every byte passes raw until Ctrl-], what follows is keys again', () => {
  const { router, heard } = routed()
  const raw: string[] = []
  router.attach(
    bytes => void raw.push(Buffer.from(bytes).toString()),
    () => void raw.push('left')
  )
  router.push(Buffer.from('\u0003\u001b[A'))
  router.push(Buffer.from('x\u001dj'))
  assert.deepEqual(raw, ['\u0003\u001b[A', 'x', 'left'])
  assert.deepEqual(heard, ['key "j"'])
})
