import assert from 'node:assert/strict'
import { test } from 'node:test'
import { within } from '../../../node/network/index.ts'

/** Ends when its signal does, with the signal's reason. */
function endless(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const end = (): void => reject(signal.reason as Error)
    if (signal.aborted) end()
    signal.addEventListener('abort', end)
  })
}

test('work that ends in time gives its result', async () => {
  assert.equal(await within(60_000, undefined, async () => 7), 7)
})

test('work that does not end is ended by the limit, which says how long it was', async () => {
  await assert.rejects(within(5, undefined, endless), /no answer within 5 ms/)
})

test('work is ended by its caller, also by one that has given up already', async () => {
  const caller = new AbortController()
  const working = within(60_000, caller.signal, endless)
  caller.abort(new Error('enough'))
  await assert.rejects(working, /enough/)
  await assert.rejects(within(60_000, caller.signal, endless), /enough/)
})
