/**
 * Loaded into a node's process before its program (`--import`): every effect of a move is noted in `effects.log` of the
 * data directory, and before the one that `crash-at` speaks of a process is gone, once: this one or the one it names.
 */
import { subscribe } from 'node:diagnostics_channel'
import { appendFileSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { MOVE_EFFECTS, type MoveEffect } from '../../node/migration/effect-channel.ts'

/** `nth`: a machine has some effects twice, and before each the process can die. */
export interface CrashAt {
  readonly role: string
  readonly effect: string
  readonly nth: number
  /** Who dies; null: this process. */
  readonly pid: number | null
}

const dir = process.env['VIRTUOSO_HOME'] ?? ''
let counted = { of: '', seen: 0 }

subscribe(MOVE_EFFECTS, message => {
  const { role, effect } = message as MoveEffect
  appendFileSync(join(dir, 'effects.log'), `${role} ${effect}\n`)
  const text = wanted()
  if (text === null) return
  const at = JSON.parse(text) as CrashAt
  if (at.role !== role || at.effect !== effect) return
  counted = { of: text, seen: counted.of === text ? counted.seen + 1 : 1 }
  if (counted.seen < at.nth) return
  rmSync(join(dir, 'crash-at'))
  process.kill(at.pid ?? process.pid, 'SIGKILL')
})

function wanted(): string | null {
  try {
    return readFileSync(join(dir, 'crash-at'), 'utf8')
  } catch {
    return null
  }
}
