import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chainContext, followBlock, genesisTip, type Tip } from '../../ledger/index.ts'
import { testCrypto } from '../support/ed25519.ts'
import * as sample from '../support/ledger-samples.ts'
import { sampleBatches, sampleChain } from '../support/sample-chain.ts'
import { Chance } from './chance.ts'
import { LightReader } from './light-reader.ts'
import { Violated } from './violation.ts'

/** So many readers that some of them look at every block. */
const READERS = 40

const { blocks } = sampleChain(sampleBatches())
const tips = blocks.reduce<Tip[]>(
  (known, certified) => {
    const before = known.at(-1)
    assert.ok(before !== undefined)
    const followed = followBlock(before, certified, chainContext(sample.genesis, testCrypto))
    assert.ok(followed.ok)
    return [...known, followed.tip]
  },
  [genesisTip(sample.genesis, testCrypto)]
)

/** Properties that readers saw broken when shown the state of `lag` blocks before. */
function violations(lag: number): ReadonlySet<string> {
  const seen = new Set<string>()
  for (let seed = 1; seed <= READERS; seed++) {
    const reader = new LightReader(sample.genesis, new Chance(seed), testCrypto)
    try {
      for (const [at, certified] of blocks.entries()) {
        const tip = tips[at + 1 - lag]
        if (tip !== undefined && [...tip.state.accounts()].length > 0) {
          reader.final(certified, tip.state)
        }
      }
    } catch (error) {
      if (!(error instanceof Violated)) throw error
      seen.add(error.violation.property)
    }
  }
  return seen
}

test('a reader without a ledger of its own finds no fault with one that is kept well', () => {
  assert.deepEqual([...violations(0)], [])
})

test('a reader who is shown another state than that of the header says so', () => {
  assert.deepEqual([...violations(1)], ['proofs'])
})
