import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OperationView } from '../../../node/api/index.ts'
import { interruptedMoves } from '../../../node/service/resume-moves.ts'

const ended = (change: Partial<OperationView>, code?: string): OperationView => ({
  id: 'abcd',
  kind: 'move',
  machine: 'web1',
  owner: 'maria',
  state: 'failed',
  startedAtMs: 0,
  endedAtMs: 1,
  deadlineMs: null,
  step: 'copying',
  progress: null,
  error: code === undefined ? null : { code, class: 'failed', message: 'it ended', hint: null },
  trail: [],
  ...change
})

test('a move that ended with the node is taken up again, whatever way the node ended', () => {
  const killed = ended({ machine: 'web1' }, 'NODE_RESTARTED')
  const stopped = ended({ machine: 'web2' }, 'NODE_STOPPING')
  assert.deepEqual(interruptedMoves([killed, stopped]), ['web1', 'web2'])
})

test('a move that failed for another reason, and other work, are not taken up', () => {
  assert.deepEqual(interruptedMoves([ended({}, 'NOT_MOVED'), ended({ machine: 'web2' })]), [])
  assert.deepEqual(interruptedMoves([ended({ kind: 'store' }, 'NODE_RESTARTED')]), [])
})

test('only the newest operation of a machine counts', () => {
  const older = ended({}, 'NODE_RESTARTED')
  assert.deepEqual(interruptedMoves([ended({ kind: 'start', state: 'succeeded' }), older]), [])
})
