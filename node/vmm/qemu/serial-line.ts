import { appendFile, readFile, rename, stat, writeFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { SERIAL_KEPT_BYTES, SerialHub } from '../serial-hub.ts'

/**
 * The serial port of one guest: stays connected as long as the guest runs, keeps the last output in a file
 * that never grows beyond twice SERIAL_KEPT_BYTES, and serves any number of views.
 */
export class SerialLine {
  /** Resolves when the guest's side is closed and everything read is on the disk. */
  readonly closed: Promise<void>
  readonly #hub: SerialHub
  readonly #socket: Socket
  readonly #file: string
  #fileBytes: number

  private constructor(socket: Socket, file: string, past: Uint8Array) {
    this.#socket = socket
    this.#file = file
    this.#fileBytes = past.length
    this.#hub = new SerialHub(bytes => socket.write(bytes), past)
    this.closed = this.#listen()
  }

  static async open(socket: Socket, file: string): Promise<SerialLine> {
    const size = await stat(file).then(
      found => found.size,
      () => 0
    )
    return new SerialLine(socket, file, size === 0 ? new Uint8Array(0) : await readFile(file))
  }

  view(): Duplex {
    return this.#hub.view()
  }

  end(): void {
    this.#socket.destroy()
  }

  /** Reads no faster than the log file takes it, so that a loud guest is slowed down and not buffered. */
  async #listen(): Promise<void> {
    try {
      for await (const chunk of this.#socket) {
        const bytes: Uint8Array = chunk
        this.#hub.fromGuest(bytes)
        await this.#keep(bytes)
      }
    } catch {
      // A connection that broke ends the views, as one that was closed does.
    } finally {
      this.#hub.end()
    }
  }

  async #keep(bytes: Uint8Array): Promise<void> {
    if (this.#fileBytes + bytes.length <= 2 * SERIAL_KEPT_BYTES) {
      await appendFile(this.#file, bytes, { mode: 0o600 })
      this.#fileBytes += bytes.length
      return
    }
    await writeFile(`${this.#file}.tmp`, this.#hub.kept, { mode: 0o600 })
    await rename(`${this.#file}.tmp`, this.#file)
    this.#fileBytes = this.#hub.kept.length
  }
}
