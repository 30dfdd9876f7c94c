import type { EventView } from '../api/index.ts'
import type { Clock } from '../clock.ts'
import type { RecordChange, RecordStore } from '../store/index.ts'
import { boundedFields, MESSAGE_CHARACTERS_MAX, TOPIC_CHARACTERS_MAX } from './bounds.ts'

/**
 * Newest events kept, in memory and on disk: hours of a busy node. They are cut when twice as many have come
 * together, so that the ring is not copied for each event.
 */
export const EVENTS_KEPT = 2048

/**
 * Sequence numbers that are set aside on disk ahead of their use. Events are written after they are announced;
 * after a crash the log goes on behind the numbers set aside, so that no number is ever announced twice.
 */
export const SEQUENCES_AHEAD = 4096

/** The one ordered log of a node (2004: event_logger.pl). */
export interface EventLog {
  append(topic: string, message: string, fields?: EventView['fields']): EventView
  /** Events still kept, from this sequence number on, oldest first. */
  since(sequence: number): readonly EventView[]
  /** Called with each new event, in order; returns the unsubscribe. */
  subscribe(listener: (event: EventView) => void): () => void
  /** Resolves when everything appended so far is on disk. */
  flush(): Promise<void>
  /** Flushes; nothing may be appended afterwards. */
  close(): Promise<void>
}

export interface EventLogOptions {
  readonly records: RecordStore<EventView | Reservation>
  readonly clock: Clock
  /** Default `EVENTS_KEPT`. */
  readonly kept?: number
  /** Told when the disk refuses; the log goes on in memory. */
  readonly onError?: (error: unknown) => void
}

/** Every number below `until` may have been announced. */
export interface Reservation {
  readonly until: number
}

const RESERVATION_KEY = 'reserved'

export async function openEventLog(options: EventLogOptions): Promise<EventLog> {
  const log = new StoredEventLog(options)
  await log.open()
  return log
}

class StoredEventLog implements EventLog {
  readonly #records: RecordStore<EventView | Reservation>
  readonly #clock: Clock
  readonly #kept: number
  readonly #onError: (error: unknown) => void
  readonly #listeners = new Set<(event: EventView) => void>()
  /** Oldest first. */
  #events: EventView[] = []
  /** Cut off and still on disk. */
  #outgrown: number[] = []
  /** Appended and not yet on disk. */
  #unwritten: EventView[] = []
  #writing: Promise<void> | null = null
  #next = 1
  #reserved = 1

  constructor(options: EventLogOptions) {
    this.#records = options.records
    this.#clock = options.clock
    this.#kept = options.kept ?? EVENTS_KEPT
    this.#onError = options.onError ?? (() => undefined)
  }

  async open(): Promise<void> {
    for await (const [key, value] of this.#records.entries()) {
      if (key === RESERVATION_KEY && 'until' in value)
        this.#next = Math.max(this.#next, value.until)
      else if ('sequence' in value) this.#events.push(value)
    }
    const last = this.#events.at(-1)?.sequence ?? 0
    this.#next = Math.max(this.#next, last + 1)
    this.#cut()
    await this.#reserve(this.#next + SEQUENCES_AHEAD)
  }

  append(topic: string, message: string, fields: EventView['fields'] = {}): EventView {
    const event: EventView = {
      sequence: this.#next,
      atMs: this.#clock.nowMs(),
      topic: topic.slice(0, TOPIC_CHARACTERS_MAX),
      message: message.slice(0, MESSAGE_CHARACTERS_MAX),
      fields: boundedFields(fields)
    }
    this.#next += 1
    this.#events.push(event)
    if (this.#events.length >= 2 * this.#kept) this.#cut()
    this.#unwritten.push(event)
    if (this.#unwritten.length > this.#kept) this.#unwritten.shift()
    this.#writing ??= this.#writeAll()
    for (const listener of this.#listeners) listener(event)
    return event
  }

  since(sequence: number): readonly EventView[] {
    return this.#events.slice(-this.#kept).filter(event => event.sequence >= sequence)
  }

  subscribe(listener: (event: EventView) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async flush(): Promise<void> {
    while (this.#writing !== null) await this.#writing
  }

  async close(): Promise<void> {
    await this.flush()
    this.#listeners.clear()
    // Nothing more will be announced: the next start may go on without a gap.
    await this.#reserve(this.#next)
  }

  async #reserve(until: number): Promise<void> {
    await this.#records.put(RESERVATION_KEY, { until })
    this.#reserved = until
  }

  async #writeAll(): Promise<void> {
    // Leaves append() first, so that one burst becomes one write.
    await Promise.resolve()
    try {
      while (this.#unwritten.length > 0) {
        const batch = this.#unwritten.map(put)
        const removals = this.#outgrown.map(remove)
        this.#unwritten = []
        this.#outgrown = []
        if (this.#reserved - this.#next < SEQUENCES_AHEAD / 2) {
          await this.#reserve(this.#next + SEQUENCES_AHEAD)
        }
        // Not synced: the log informs, the ledger decides.
        await this.#records.write([...batch, ...removals], { sync: false })
      }
    } catch (error) {
      this.#onError(error)
    } finally {
      this.#writing = null
    }
  }

  #cut(): void {
    const surplus = this.#events.length - this.#kept
    if (surplus <= 0) return
    for (const { sequence } of this.#events.slice(0, surplus)) this.#outgrown.push(sequence)
    this.#events = this.#events.slice(surplus)
  }
}

function put(event: EventView): RecordChange<EventView> {
  return { key: keyOf(event.sequence), value: event }
}

function remove(sequence: number): RecordChange<EventView> {
  return { key: keyOf(sequence), value: null }
}

function keyOf(sequence: number): string {
  return String(sequence).padStart(16, '0')
}
