/** Golden pictures as text. UPDATE_GOLDEN=1 writes them anew; look at the difference before keeping it. */
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { SCENE_NAMES, scene } from '../../support/ui-scenes.ts'

const GOLDEN = fileURLToPath(new URL('../../../../test/tui/ui/golden/', import.meta.url))
const SIZES = [
  [120, 36],
  [80, 24],
  [40, 12]
] as const

for (const name of SCENE_NAMES)
  test(`the ${name} screen looks as agreed at 120x36, 80x24 and 40x12`, async () => {
    const ui = await scene(name)
    for (const [width, height] of SIZES) {
      const text = ui.frame(width, height).toText()
      const file = `${GOLDEN}${name}-${width}x${height}.txt`
      if (process.env['UPDATE_GOLDEN'] === '1') {
        mkdirSync(GOLDEN, { recursive: true })
        writeFileSync(file, text)
      }
      assert.equal(text, readFileSync(file, 'utf8'), file)
    }
  })

test('no size makes a view fail, one cell and a hundred included', async () => {
  for (const name of SCENE_NAMES) {
    const ui = await scene(name)
    for (const [width, height] of [
      [1, 1],
      [2, 3],
      [19, 5],
      [200, 60]
    ] as const) {
      const frame = ui.frame(width, height)
      assert.equal(frame.toText().split('\n').length, height + 1)
    }
  }
})

test('what a peer wrote cannot move the cursor: no control character is ever in a frame', async () => {
  const frame = (await scene('peer-text')).frame(80, 24)
  assert.ok(frame.toText().includes('a字❤b'))
  // oxlint-disable-next-line no-control-regex -- it is what must not be there
  assert.doesNotMatch(frame.toText().replaceAll('\n', ''), /[\u0000-\u001f\u007f-\u009f]/u)
})
