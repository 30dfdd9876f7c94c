import type { Duplex } from 'node:stream'

/** Longest wait for a line; a guest under an emulated processor on a busy machine boots in a third of it. */
const PATIENCE_MS = 45_000

/** Reads and types on a serial console as a person would: waits for what he wants to see. */
export class SerialReader {
  readonly #stream: Duplex
  readonly #tick: () => void
  #text = ''
  #arrived: () => void = () => {}

  constructor(stream: Duplex, tick: () => void = () => {}) {
    this.#stream = stream
    this.#tick = tick
    stream.on('data', (bytes: Uint8Array) => {
      this.#text += new TextDecoder().decode(bytes)
      this.#arrived()
    })
    stream.on('end', () => this.#arrived())
    stream.on('error', () => this.#arrived())
  }

  /** The first match that has not been returned before; what stood ahead of it is dropped. */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    for (const deadlineMs = Date.now() + PATIENCE_MS; ; ) {
      const match = pattern.exec(this.#text)
      if (match !== null) {
        this.#text = this.#text.slice(match.index + match[0].length)
        return match
      }
      // Looked at before the tick, because its output may come at once.
      const seen = this.#text.length
      this.#tick()
      await this.#more(seen, deadlineMs - Date.now(), pattern)
    }
  }

  async type(line: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#stream.write(`${line}\n`, error => (error ? reject(error) : resolve()))
    })
  }

  close(): void {
    this.#stream.destroy()
  }

  async #more(seen: number, patienceMs: number, pattern: RegExp): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(
          new Error(`${pattern} did not come; the console ends with: ${this.#text.slice(-300)}`)
        )
      }, patienceMs)
      this.#arrived = () => {
        clearTimeout(timer)
        resolve()
      }
      if (this.#text.length !== seen || this.#stream.destroyed) this.#arrived()
    })
    if (this.#stream.destroyed || this.#stream.readableEnded) {
      throw new Error(`The console ended before ${pattern}: ${this.#text.slice(-300)}`)
    }
  }
}
