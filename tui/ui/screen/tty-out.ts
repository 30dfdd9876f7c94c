/**
 * The way to the terminal. Node writes to a terminal synchronously, so one that does not read (a held ssh
 * connection, Ctrl-S) would stop the event loop for as long; here the writes go through the thread pool and
 * frames are skipped while there is a backlog.
 */

import { EventEmitter } from 'node:events'
import { closeSync, constants, openSync, write, writeSync } from 'node:fs'

/** How long the last words may wait for a terminal that does not read. */
const LAST_WORDS_PATIENCE_MS = 250
/** A write in flight lands within this time, or its terminal does not read at all. */
const IN_FLIGHT_MS = 25

/** Shaped like `process.stdout` as far as blessed looks at it. */
export class TtyOut extends EventEmitter {
  readonly isTTY: boolean = true
  readonly writable: boolean = true
  columns: number
  rows: number
  readonly #fd: number
  #queue: Buffer[] = []
  #busy = false
  #closed = false

  constructor(columns: number, rows: number) {
    super()
    this.columns = columns
    this.rows = rows
    this.#fd = openTerminal(0)
  }

  /** True while something written has not reached the terminal. */
  get backlog(): boolean {
    return this.#busy
  }

  /** Queues bytes; returns false while a backlog is waiting ('drain' follows). */
  write(data: string | Uint8Array): boolean {
    if (this.#closed) return true
    this.#queue.push(typeof data === 'string' ? Buffer.from(data) : Buffer.from(data))
    this.#pump()
    return !this.#busy
  }

  resize(columns: number, rows: number): void {
    this.columns = columns
    this.rows = rows
    this.emit('resize')
  }

  /** Writes at once, after whatever is on its way, and accepts nothing more. For every kind of exit. */
  lastWords(text: string): void {
    if (this.#closed) return
    this.#closed = true
    if (this.#busy) sleepSync(IN_FLIGHT_MS)
    this.#queue = []
    writePatiently(text)
    if (!this.#busy) closeSync(this.#fd)
  }

  #pump(): void {
    if (this.#busy || this.#closed || this.#queue.length === 0) return
    const bytes = Buffer.concat(this.#queue)
    this.#queue = []
    this.#busy = true
    this.#send(bytes)
  }

  #send(bytes: Buffer): void {
    write(this.#fd, bytes, (error, written) => {
      if (error === null && written < bytes.length && !this.#closed) {
        this.#send(bytes.subarray(written))
        return
      }
      this.#busy = false
      if (this.#closed) return
      if (error !== null) this.emit('gone', error)
      else if (this.#queue.length > 0) this.#pump()
      else this.emit('drain')
    })
  }
}

function openTerminal(flags: number): number {
  return openSync('/dev/tty', constants.O_WRONLY | constants.O_NOCTTY | flags)
}

function writePatiently(text: string): void {
  let bytes = Buffer.from(text)
  try {
    const fd = openTerminal(constants.O_NONBLOCK)
    for (let waitedMs = 0; bytes.length > 0 && waitedMs < LAST_WORDS_PATIENCE_MS; ) {
      try {
        bytes = bytes.subarray(writeSync(fd, bytes))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') break
        sleepSync(5)
        waitedMs += 5
      }
    }
    closeSync(fd)
  } catch {
    // The terminal is gone (SIGHUP): there is nobody to say goodbye to.
  }
}

function sleepSync(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}
