import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LineLost } from '../../../node/migration/persistently.ts'
import { ReceiptUnsigned, whyWithheld } from '../../../node/migration/withheld.ts'
import { type BlocksRefusalCode, BlocksRefused } from '../../../protocols/blocks/index.ts'
import { FrameError } from '../../../protocols/framing/index.ts'

const refused = (code: BlocksRefusalCode): Error => new BlocksRefused({ code, message: 'no' })

test('an origin that is gone, says no, or signs something else withholds its receipt', () => {
  for (const error of [
    new LineLost('no'),
    new FrameError('TIMEOUT', 'no'),
    new FrameError('MALFORMED', 'no'),
    new ReceiptUnsigned('no'),
    refused('NOT_READY'),
    refused('NO_SUCH_MOVE'),
    refused('INTERNAL')
  ]) {
    assert.equal(whyWithheld(error), 'no', error.name)
  }
})

test('other bytes than the origin has, and faults of this host, are no matter of the receipt', () => {
  assert.equal(whyWithheld(refused('CHALLENGE_FAILED')), null)
  assert.equal(whyWithheld(new Error('the disk cannot be read')), null)
})
