import { ROOT } from '../../protocols/vmmp/world.ts'
import { isReceiptBy } from './move-ledger.ts'
import { MoveWorld } from './move-world.ts'
import { type MoveMutant, rulesWithout } from './mutants.ts'

export interface Wrong {
  readonly property: string
  readonly message: string
}

export interface MoveRun {
  readonly seed: number
  readonly origin: string
  readonly destination: string
  readonly moved: boolean
  /** By the owner's word instead of the origin's. */
  readonly vouched: boolean
  /** By the origin's receipt, which came only when the owner's word was waited for. */
  readonly signedLate: boolean
  readonly told: string | null
  readonly violation: Wrong | null
  /** sha256 of all that happened. */
  readonly trace: string
  readonly tail: readonly string[]
}

const MONEY = 100

/** What must be true after every step. */
function wrongNow(world: MoveWorld, before: { version: number }): Wrong | null {
  const { ledger, originCopy, installed } = world
  const { owner, escrow, destination } = ledger.balance
  if (ledger.version < before.version) {
    return wrong('versions never go back', `${before.version} became ${ledger.version}`)
  }
  before.version = ledger.version
  if (!ledger.moved && originCopy !== 'machine') {
    return wrong('exactly one runnable copy', `the ledger says origin, its copy is ${originCopy}`)
  }
  if (ledger.moved && installed !== ROOT) {
    return wrong('exactly one runnable copy', `the ledger says destination, which has ${installed}`)
  }
  if (ledger.moved && ledger.version !== 4) {
    return wrong('a move is a version', `the machine has moved with version ${ledger.version}`)
  }
  if (world.receipt !== null && !isReceiptBy(world.receipt, 'origin', 'owner')) {
    return wrong('who vouches is the owner', 'the destination rests on the word of somebody else')
  }
  if (owner + escrow + destination !== MONEY || owner < 0 || escrow < 0) {
    return wrong('money is conserved', `owner ${owner}, escrow ${escrow}, paid ${destination}`)
  }
  if (!ledger.isOpen && escrow !== 0) {
    return wrong('the escrow is settled', `${escrow} lie in the escrow of a move that is over`)
  }
  return null
}

/** What must be true when all is quiet; of those who never came back nothing is asked. */
function wrongAtEnd(world: MoveWorld): Wrong | null {
  const { ledger, told, destination, origin, requester } = world
  if (ledger.isOpen) return wrong('nobody waits for ever', 'the move is still open after two hours')
  if (!destination.isGone && destination.isUp) {
    if (world.destinationJournal !== undefined) {
      return wrong('nobody waits for ever', 'the destination still has a journal')
    }
    if (world.incoming !== null) return wrong('no orphans', 'half a copy lies at the destination')
    if (!ledger.moved && world.installed !== null) {
      return wrong('no orphans', 'the destination keeps a machine that is not its own')
    }
  }
  if (!origin.isGone && origin.isUp && world.originJournal !== undefined) {
    return wrong('nobody waits for ever', 'the origin still has a journal')
  }
  if (!origin.isGone && origin.isUp && ledger.moved && world.originCopy !== 'cached') {
    return wrong(
      'exactly one runnable copy',
      `it has left, the origin's copy is ${world.originCopy}`
    )
  }
  if (told !== null && (told.kind === 'moved') !== ledger.moved) {
    return wrong('the owner is told the truth', `told ${told.kind}, the ledger says otherwise`)
  }
  const waits = requester.isUp && requester.state !== undefined && requester.state.phase !== 'over'
  if (waits) return wrong('nobody waits for ever', `the owner waits in ${requester.state?.phase}`)
  return null
}

export function simulateMove(seed: number, mutant: MoveMutant | null): MoveRun {
  const world = new MoveWorld(seed, rulesWithout(mutant))
  const before = { version: 0 }
  let violation: Wrong | null = null
  world.run(() => {
    violation = wrongNow(world, before)
    return violation !== null
  })
  violation ??= wrongAtEnd(world)
  return {
    seed,
    origin: world.originKind,
    destination: world.destinationKind,
    moved: world.ledger.moved,
    vouched: world.ledger.moved && world.ledger.vouched,
    signedLate: world.ledger.moved && !world.ledger.vouched && world.signedLate,
    told: world.told?.kind ?? null,
    violation,
    trace: world.trace.digest(),
    tail: world.trace.tail()
  }
}

function wrong(property: string, message: string): Wrong {
  return { property, message }
}
