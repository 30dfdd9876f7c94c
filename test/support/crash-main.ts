/**
 * Loaded into a node's process before its program (`--import`): every effect of a move is noted in `effects.log` of the
 * data directory, and before the one that `crash-at` names (`role effect`) the process is gone, once.
 */
import { subscribe } from 'node:diagnostics_channel'
import { appendFileSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { MOVE_EFFECTS, type MoveEffect } from '../../node/migration/effect-channel.ts'

const dir = process.env['VIRTUOSO_HOME'] ?? ''

subscribe(MOVE_EFFECTS, message => {
  const { role, effect } = message as MoveEffect
  appendFileSync(join(dir, 'effects.log'), `${role} ${effect}\n`)
  if (wanted() !== `${role} ${effect}`) return
  rmSync(join(dir, 'crash-at'))
  process.kill(process.pid, 'SIGKILL')
})

function wanted(): string | null {
  try {
    return readFileSync(join(dir, 'crash-at'), 'utf8').trim()
  } catch {
    return null
  }
}
