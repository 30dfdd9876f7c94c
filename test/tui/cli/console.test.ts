import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { tell } from './world.ts'

/** A guest that prints these pieces and then stays silent; what it is sent comes back, as from a terminal. */
function guest(...pieces: readonly string[]): () => PassThrough {
  return () => {
    const stream = new PassThrough()
    for (const piece of pieces) stream.write(piece)
    return stream
  }
}

test('the console in a pipe leaves when the text was seen, even when it came in two pieces', async () => {
  const told = await tell(['console', 'web1', '-t', 'serial', '--until', 'counter 3'], {
    console: guest('counter 2\r\ncoun', 'ter 3\r\n')
  })
  assert.equal(told.code, 0)
  assert.match(told.stdout, /^counter 2\r\ncounter 3/)
})

test('the console in a pipe gives up after --seconds with exit code 6', async () => {
  const line = 'console web1 --until never --seconds 0.01'
  const told = await tell(line, { console: guest('counter 9\n') })
  assert.equal(told.code, 6)
  assert.match(told.stderr, /did not print "never" within 0\.01 s/)
})

test('a guest that ends the console before the text is a failure', async () => {
  const told = await tell('console web1 --until never', {
    console: () => new PassThrough().end('bye\n')
  })
  assert.equal(told.code, 1)
  assert.match(told.stderr, /ended before it printed "never"/)
})

test('without --until the end of --seconds is no error', async () => {
  const told = await tell('console web1 --seconds 0.01', { console: guest('counter 9\n') })
  assert.equal(told.code, 0)
  assert.equal(told.stdout, 'counter 9\n')
})

test('--send types the text with its escapes', async () => {
  const told = await tell(['console', 'web1', '--send', 'cat\\x20a\\n', '--until', 'cat a\n'], {
    console: guest()
  })
  assert.equal(told.code, 0)
  assert.equal(told.stdout, 'cat a\n')
})

test('an escape that --send does not know is a usage error', async () => {
  const told = await tell(['console', 'web1', '--send', 'a\\q'], { console: guest() })
  assert.equal(told.code, 2)
})
