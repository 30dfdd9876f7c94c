import type { LedgerHead } from '../../../node/client.ts'
import { check } from '../check.ts'
import { BUYER, COORDINATORS, FIRST_COORDINATOR, LOST_COORDINATOR } from '../participants.ts'
import type { Scene } from '../scene.ts'
import { until } from '../until.ts'
import { startNode } from './nodes.ts'

/** A view whose leader is dead is given up after some seconds. */
const GOES_ON_PATIENCE_MS = 60_000
const CATCH_UP_PATIENCE_MS = 60_000

/** In passing: one of four coordinators dies without a word, and the ledger grows on. */
export async function loseCoordinator(scene: Scene): Promise<void> {
  const { shell, say, daemons } = scene
  const before = await shell.ask<LedgerHead>(BUYER, 'ledger', 'head')
  say(`$ kill -9 ${LOST_COORDINATOR}\n`)
  await daemons.get(LOST_COORDINATOR)?.kill()
  const left = COORDINATORS.length - 1
  const after = await until(
    'the ledger goes on',
    GOES_ON_PATIENCE_MS,
    () => shell.ask<LedgerHead>(BUYER, 'ledger', 'head'),
    head => head.height > before.height
  )
  const grown = `block ${after.height} after block ${before.height}`
  check(say, `${left} of ${COORDINATORS.length} coordinators go on without it`, true, grown)
}

/** It was away while the machine was suspended and moved; what it missed it learns from the others. */
export async function regainCoordinator(scene: Scene): Promise<void> {
  const { shell, say } = scene
  const there = await shell.ask<LedgerHead>(FIRST_COORDINATOR, 'ledger', 'head')
  await startNode(scene, LOST_COORDINATOR)
  const back = await until(
    `${LOST_COORDINATOR} catches up`,
    CATCH_UP_PATIENCE_MS,
    () => shell.ask<LedgerHead>(LOST_COORDINATOR, 'ledger', 'head'),
    head => head.height >= there.height
  )
  check(say, `${LOST_COORDINATOR} has what it missed`, true, `block ${back.height}`)
}
