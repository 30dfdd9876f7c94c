import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StateReader } from '../../../ledger/index.ts'
import { type FollowedLedger, isBehindOrder } from '../../../node/host/behind-order.ts'

const MACHINE = '00000000-0000-8000-8000-00000000000a'

/** A ledger that shows the next of `versions` with each block; null: it does not know the machine. */
function ledgerOf(versions: readonly (number | null)[]): FollowedLedger & { blocks: number } {
  const ledger = {
    blocks: 0,
    state: () => {
      const version = versions[ledger.blocks] ?? null
      return {
        machine: () => (version === null ? undefined : { version })
      } as unknown as StateReader
    },
    async until(condition: (state: StateReader) => boolean) {
      for (; ledger.blocks < versions.length - 1; ) {
        ledger.blocks += 1
        if (condition(ledger.state())) return
      }
      throw new Error('no further block came in time')
    }
  }
  return ledger
}

const behind = (versions: readonly (number | null)[], version: number): Promise<boolean> =>
  isBehindOrder(ledgerOf(versions), { machine: MACHINE, version }, new AbortController().signal)

test('an order for a version that is here, or for an older one, is judged at once', async () => {
  assert.equal(await behind([4, 9], 4), false)
  assert.equal(await behind([4], 3), false)
})

test('an owner who has seen more than the host is waited for', async () => {
  assert.equal(await behind([4, 4, 5], 5), false)
  assert.equal(await behind([null, 0], 0), false, 'the machine was registered a moment ago')
})

test('a version that does not come in time is not here', async () => {
  assert.equal(await behind([4, 4], 5), true)
  assert.equal(await behind([null], 0), true)
})
