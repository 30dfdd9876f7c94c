import { EventEmitter, once } from 'node:events'
import type { Hash, LedgerState, PublicKey, SignedReceipt, Uuid } from '../../ledger/index.ts'
import { type OpenServed, serveBlocks } from '../../protocols/blocks/index.ts'
import type { OrderOutcome, OrderProgress } from '../../protocols/order/index.ts'
import { type Req, type VmmpChannel, vmmpChannel } from '../../protocols/vmmp/index.ts'
import { METHODS } from '../transfer/index.ts'
import { Arrival } from './arrival.ts'
import type { MoveOptions } from './options.ts'
import { Departure } from './serve.ts'

/** All moves to and from one host. */
export interface Moves {
  /** Begins to serve `vmmp` and `blocks`. */
  serve(): Promise<void>
  /** Takes up the moves that a restart interrupted. The replica must have caught up. */
  recover(): Promise<void>
  watch(machine: Uuid, progress: (news: OrderProgress) => void): Promise<OrderOutcome>
  /** The owner's receipt for a move to here. */
  vouch(machine: Uuid, receipt: SignedReceipt): Promise<OrderOutcome>
  stop(): void
}

/** A requester says its word at once; a stream that is silent for longer is not one. */
const FIRST_WORD_MS = 10_000
/** The OPEN may be on its way to this node while the REQ is already here. */
const OPEN_WAIT_MS = 10_000
/** Reasons kept: each is a sentence, and an owner asks within seconds. */
const FAILED_MAX = 64
/** Later it is another move that is asked about, which the ledger does not show here yet. */
const FAILED_FRESH_MS = 10_000
const CAME_BACK = new Error('the destination came back with another stream')

interface Failure {
  readonly migration: Hash | null
  readonly why: string
  readonly atMs: number
}

export function createMoves(options: MoveOptions): Moves {
  const arrivals = new Map<Uuid, Arrival>()
  const departures = new Map<Uuid, Departure>()
  /** How the last moves to here failed, for an owner who asks a moment too late. */
  const failed = new Map<Uuid, Failure>()
  /** The newest stream of each departure. */
  const streams = new Map<Uuid, AbortController>()
  /** Says the machine of each arrival that begins. Those who wait are bounded by the streams of a peer. */
  const begun = new EventEmitter().setMaxListeners(0)
  const forget = options.replica.onFinal(() => {
    for (const arrival of arrivals.values()) arrival.ledgerChanged()
    for (const [machine, departure] of departures) {
      void departure
        .ledgerChanged()
        .then(() => {
          if (!departure.over || departures.get(machine) !== departure) return
          departures.delete(machine)
          streams.delete(machine)
        })
        .catch((error: unknown) =>
          options.log(`a departure was not settled: ${String(error)}`, { machine })
        )
    }
  })

  function keep(machine: Uuid, arrival: Arrival): Arrival {
    arrivals.set(machine, arrival)
    begun.emit(machine)
    failed.delete(machine)
    void arrival.ended.then(() => {
      noteFailure(machine, arrival)
      if (arrivals.get(machine) === arrival) arrivals.delete(machine)
    })
    return arrival
  }

  function noteFailure(machine: Uuid, { failure, migration }: Arrival): void {
    if (failure === null) return
    failed.set(machine, { migration, why: failure, atMs: options.clock.nowMs() })
    const [oldest] = failed.keys()
    if (failed.size > FAILED_MAX && oldest !== undefined) failed.delete(oldest)
  }

  /** Of the move that is open, or of the last one when none is. */
  function knownFailure(machine: Uuid): string | undefined {
    const open = options.replica.state().migration(machine)?.id
    const last = failed.get(machine)
    if (last === undefined || options.clock.nowMs() - last.atMs > FAILED_FRESH_MS) return undefined
    return open === undefined || open === last.migration ? last.why : undefined
  }

  async function answer(channel: VmmpChannel): Promise<void> {
    const first = await channel.receive()
    // Our end is closed too, or the peer would wait for it until its patience ends.
    if (first === null) return channel.finish()
    if (!first.ok) {
      channel.abort(new Error(`${first.refusal.code}: ${first.refusal.message}`))
      return
    }
    const { message } = first
    if (message.verb === 'QUERY') {
      await channel.send({
        verb: 'RESULTS',
        machine: message.machine,
        methods: await methodsFor(options, message.machine)
      })
      // The same stream may go on with the REQ that the owner decides on next.
      return answer(channel)
    }
    if (message.verb !== 'REQ') {
      channel.abort(new Error(`${message.verb} is nothing a host is asked`))
      return
    }
    await arrive(message, channel)
  }

  /** Anybody can send a REQ: it stands for a move, and others can attach to it, once the OPEN is final here. */
  async function arrive(req: Req, channel: VmmpChannel): Promise<void> {
    const open = arrivals.has(req.machine) || (await opened(options, req))
    const present = arrivals.get(req.machine)
    if (present !== undefined) {
      const wanted = options.replica.state().migration(req.machine)?.id
      const same = wanted === undefined || present.isOf(wanted)
      if (same) present.attach(channel)
      await present.ended
      // Otherwise an earlier move of the same machine was still putting its bytes away.
      if (same) return
    }
    const arrival = Arrival.begin(options, req, channel)
    if (open) keep(req.machine, arrival)
    await arrival.ended
  }

  return {
    async serve() {
      await options.network.serve('vmmp', stream =>
        answer(vmmpChannel(stream, { idleMs: FIRST_WORD_MS * 6 }))
      )
      await options.network.serve('blocks', (stream, { key }) => {
        const replaced = new AbortController()
        const open: OpenServed = async (machine, migrationId) => {
          if (departures.get(machine)?.serving === true) {
            // Its line broke and it is back before we noticed: at its next try the place is free.
            if (goesTo(options, machine, key)) streams.get(machine)?.abort(CAME_BACK)
            return { code: 'BUSY', message: 'another stream already serves this move' }
          }
          const asked = { machine, migrationId, peer: key }
          const { departure, served } = await Departure.open(options, asked)
          if (!departure.over) {
            departures.set(machine, departure)
            streams.set(machine, replaced)
          }
          return served
        }
        return serveBlocks(stream, open, { signal: replaced.signal })
      })
    },
    async recover() {
      for (const journal of await options.journals.origins()) {
        const departure = await Departure.recover(options, journal)
        if (!departure.over) departures.set(journal.machine, departure)
      }
      for (const journal of await options.journals.destinations()) {
        keep(journal.req.machine, Arrival.recover(options, journal))
      }
    },
    async watch(machine, progress) {
      const isAwaited = !arrivals.has(machine) && knownFailure(machine) === undefined
      if (isAwaited && options.replica.state().machine(machine) !== undefined) {
        // The owner asks beside its REQ, and may be heard first.
        const signal = AbortSignal.timeout(OPEN_WAIT_MS)
        await once(begun, machine, { signal }).catch(() => undefined)
      }
      const arrival = arrivals.get(machine)
      if (arrival === undefined) return ended(knownFailure(machine) ?? null)
      const stop = arrival.watch(progress)
      await arrival.decided
      stop()
      return ended(arrival.failure)
    },
    async vouch(machine, receipt) {
      const arrival = arrivals.get(machine)
      if (arrival === undefined) {
        const message = 'no move of this machine to here is under way'
        return { kind: 'refused', code: 'MIGRATION_UNKNOWN', message }
      }
      const refusal = await arrival.vouch(receipt)
      return refusal === null
        ? { kind: 'done', transaction: null }
        : { kind: 'refused', ...refusal }
    },
    stop() {
      forget()
      for (const arrival of arrivals.values()) arrival.stop()
    }
  }
}

/** VMMP's RESP says only FAIL; the owner learns the reason here. */
function ended(failure: string | null): OrderOutcome {
  if (failure === null) return { kind: 'done', transaction: null }
  return { kind: 'refused', code: 'CANCELLED', message: failure }
}

/** False if the ledger shows no open move like this to this host in time: the arrival then says why. */
async function opened({ replica, host }: MoveOptions, req: Req): Promise<boolean> {
  const isOpen = (state: LedgerState): boolean => {
    const migration = state.migration(req.machine)
    return migration?.destination === host && migration.version === req.version
  }
  await replica.until(isOpen, AbortSignal.timeout(OPEN_WAIT_MS)).catch(() => undefined)
  return isOpen(replica.state())
}

/** Whether the open move of a machine goes to the node with this key. */
function goesTo({ replica }: MoveOptions, uuid: Uuid, key: PublicKey): boolean {
  const destination = replica.state().migration(uuid)?.destination
  return destination !== undefined && replica.state().host(destination)?.key === key
}

/**
 * What is truly possible, the best first: nothing without the image the machine boots from (figure 20), a method that
 * sends differences only with something to differ from.
 */
async function methodsFor(options: MoveOptions, uuid: Uuid): Promise<readonly string[]> {
  const machine = options.replica.state().machine(uuid)
  if (machine === undefined) return []
  const { configuration } = machine
  const { image } = configuration
  if (image !== null && !(await options.images()).includes(image)) return []
  const base = await options.contents.base(uuid, configuration)
  await base?.manifest.close()
  return METHODS.filter(method => method.possibleWith(base)).map(({ name }) => name)
}
