/** The real program in a pty: keys, paints, and the terminal it leaves behind. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type PtyOptions, PtyScreen } from '../../support/pty-screen.ts'

const MAIN = 'test/support/ui-main.js'

async function withUi(
  options: PtyOptions,
  body: (screen: PtyScreen) => Promise<void>
): Promise<void> {
  const screen = new PtyScreen(MAIN, options)
  try {
    await screen.shows(/live/u)
    await body(screen)
  } finally {
    screen.close()
  }
}

function assertClean(screen: PtyScreen): void {
  const { terminal, written } = screen
  assert.equal(terminal.buffer.active.type, 'normal')
  assert.equal(terminal.modes.bracketedPasteMode, false)
  assert.equal(terminal.modes.mouseTrackingMode, 'none')
  assert.equal(terminal.modes.applicationCursorKeysMode, false)
  assert.ok(written.lastIndexOf('\u001b[?25h') > written.lastIndexOf('\u001b[?25l'), 'cursor shown')
}

test('the main job by keys in a real terminal, with the console, and a clean terminal after quit', async () => {
  await withUi({ columns: 120, rows: 36 }, async screen => {
    screen.send('n')
    await screen.shows(/debian-mini \*/u)
    screen.send('\r')
    await screen.shows(/Storage \$\/30 days/u)
    screen.send('\r')
    await screen.shows(/is registered/u)
    screen.send('o')
    await screen.shows(/It fits/u)
    screen.send('\r')
    await screen.shows(/y yes/u)
    screen.send('y')
    await screen.shows(/done: store of debian-mini-1,/u)
    screen.send('s')
    await screen.shows(/Spend limit/u)
    screen.send('\r')
    await screen.shows(/done: start of debian-mini-1,/u)
    screen.send('c')
    await screen.shows(/counter 41/u)
    screen.send('hello')
    await screen.shows(/hello/u)
    screen.send('\u001d')
    await screen.shows(/Back from the console/u)
    screen.send('z')
    await screen.shows(/Suspend debian-mini-1\?/u)
    screen.send('y')
    await screen.shows(/done: suspend of debian-mini-1,/u)
    screen.send('m')
    await screen.shows(/where to/u)
    screen.send('\r')
    await screen.shows(/Move debian-mini-1 to virt5\?/u)
    screen.send('y')
    await screen.shows(/22 MiB\/s/u)
    await screen.shows(/done: move of debian-mini-1,/u)
    screen.send('q')
    assert.equal(await screen.ended(), 0)
    assertClean(screen)
  })
})

for (const [signal, code] of [
  ['SIGTERM', 143],
  ['SIGHUP', 129],
  ['SIGINT', 130]
] as const)
  test(`the terminal is clean after ${signal}`, async () => {
    await withUi({}, async screen => {
      screen.signal(signal)
      assert.equal(await screen.ended(), code)
      assertClean(screen)
    })
  })

test('the terminal is clean after a crash, and the stack stands on it', async () => {
  await withUi({ env: { FAKE_CRASH: '1' } }, async screen => {
    assert.equal(await screen.ended(), 1)
    assertClean(screen)
    assert.match(screen.text(), /a fault in the program/u)
  })
})

test('a console that the guest ends is told, and q typed right after does not quit', async () => {
  await withUi({ env: { FAKE_MACHINES: '1', FAKE_STEP_MS: '1' } }, async screen => {
    screen.send('o')
    await screen.shows(/It fits/u)
    screen.send('\ry')
    await screen.shows(/done: store of machine-1,/u)
    screen.send('s\r')
    await screen.shows(/done: start of machine-1,/u)
    screen.send('c')
    await screen.shows(/login/u)
    screen.send('bye')
    await screen.shows(/closed by itself/u)
    screen.send('q')
    screen.resize(100, 30)
    await screen.shows(/closed by itself/u)
    assert.equal(screen.exitCode, null)
  })
})

test('an escape sequence that arrives in two pieces is one key, a pasted q quits nothing', async () => {
  await withUi({ env: { FAKE_MACHINES: '2' } }, async screen => {
    await screen.shows(/> machine-1/u)
    screen.send('\u001b')
    screen.send('[B')
    await screen.shows(/> machine-2/u)
    screen.send('\u001b[200~qqq\u001b[201~k')
    await screen.shows(/> machine-1/u)
    assert.equal(screen.exitCode, null)
  })
})

test('the screen follows a resize down to 40x12', async () => {
  await withUi({ env: { FAKE_MACHINES: '1' } }, async screen => {
    screen.resize(40, 12)
    const footer = (): string => screen.text().split('\n')[11] ?? ''
    await screen.until(() => footer() === ' n new  e edit  ? help  q quit', 'no short footer')
    assert.match(screen.text(), /> machine-1 +registered\n/u)
  })
})

test('NO_COLOR: not one colour is asked for, the words say the same', async () => {
  await withUi({ env: { FAKE_MACHINES: '1', NO_COLOR: '1' } }, async screen => {
    await screen.shows(/> machine-1/u)
    // oxlint-disable-next-line no-control-regex -- colours are escape sequences
    const sequences = screen.written.match(/\u001b\[[0-9;]*m/gu) ?? []
    const coloured = sequences.filter(one => /(?:^|[[;])(?:3|4|9|10)[0-7](?:;|m)/u.test(one))
    assert.deepEqual(coloured, [])
  })
})
