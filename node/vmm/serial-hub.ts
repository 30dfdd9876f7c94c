import { Duplex } from 'node:stream'

/** What is kept of the serial output: enough to read the last boot, small enough for any host. */
export const SERIAL_KEPT_BYTES: number = 256 * 1024

/** What a new view begins with: a few screens. */
export const SERIAL_SHOWN_BYTES: number = 16 * 1024

/** A viewer that lags this far behind is cut off, or a slow one would hold the guest's output in memory. */
export const SERIAL_LAG_MAX_BYTES: number = 1024 * 1024

const LINE_FEED = 10

/** One serial port with any number of views: output goes to all of them, input of any goes to the guest. */
export class SerialHub {
  readonly #toGuest: (bytes: Uint8Array) => void
  readonly #views = new Set<Duplex>()
  #kept: Buffer

  constructor(toGuest: (bytes: Uint8Array) => void, past: Uint8Array = new Uint8Array(0)) {
    this.#toGuest = toGuest
    this.#kept = lastBytes(Buffer.from(past), SERIAL_KEPT_BYTES)
  }

  /** The last output, at most SERIAL_KEPT_BYTES. */
  get kept(): Uint8Array {
    return this.#kept
  }

  fromGuest(bytes: Uint8Array): void {
    this.#kept = lastBytes(Buffer.concat([this.#kept, bytes]), SERIAL_KEPT_BYTES)
    for (const view of this.#views) {
      view.push(bytes)
      if (view.readableLength > SERIAL_LAG_MAX_BYTES) {
        view.destroy(new Error(`The view lags ${view.readableLength} bytes behind the guest.`))
      }
    }
  }

  view(): Duplex {
    const toGuest = this.#toGuest
    const view = new Duplex({
      read() {},
      write(chunk: Uint8Array, _encoding, done) {
        toGuest(chunk)
        done()
      }
    })
    this.#views.add(view)
    view.once('close', () => this.#views.delete(view))
    const past = lastLines(this.#kept)
    if (past.length > 0) view.push(past)
    return view
  }

  /** The guest ended: every view ends too. */
  end(): void {
    for (const view of this.#views) view.push(null)
    this.#views.clear()
  }
}

function lastBytes(bytes: Buffer, most: number): Buffer {
  return bytes.length <= most ? bytes : Buffer.from(bytes.subarray(bytes.length - most))
}

/** Cut after a line feed, so that the first line shown is a whole one. */
function lastLines(kept: Buffer): Buffer {
  if (kept.length <= SERIAL_SHOWN_BYTES) return kept
  const shown = kept.subarray(kept.length - SERIAL_SHOWN_BYTES)
  const feed = shown.indexOf(LINE_FEED)
  return feed === -1 ? shown : shown.subarray(feed + 1)
}
