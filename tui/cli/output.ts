import { cleanLines, fit } from '../format/index.ts'
import type { Failure } from './failure.ts'

/** A place to write to; `columns` only when it is a terminal. */
export interface Sink {
  write(chunk: string | Uint8Array): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

export interface OutputOptions {
  readonly stdout: Sink
  readonly stderr: Sink
  readonly json: boolean
  readonly quiet: boolean
  readonly verbose: boolean
  readonly color: boolean
}

/** The same result twice: for programs and for people. */
export interface Result {
  readonly json: unknown
  readonly text: () => string
}

/** Results go to stdout; progress, notes and errors go to stderr. */
export class Output {
  readonly #options: OutputOptions
  /** The progress line stands on the terminal and must be wiped before anything else is written. */
  #liveShown = false

  constructor(options: OutputOptions) {
    this.#options = options
  }

  get json(): boolean {
    return this.#options.json
  }

  /** A live line is possible: somebody looks at stderr and wants to. */
  get live(): boolean {
    return this.#options.stderr.isTTY === true && !this.#options.quiet
  }

  result(result: Result): void {
    this.#wipe()
    const text = this.#options.json ? JSON.stringify(result.json, null, 2) : result.text()
    this.#options.stdout.write(`${text}\n`)
  }

  /** One JSON value or one line of text, for results that come one by one. */
  item(json: unknown, text: string): void {
    this.#wipe()
    this.#options.stdout.write(`${this.#options.json ? JSON.stringify(json) : cleanLines(text)}\n`)
  }

  /** Bytes as they are: the console of a machine. */
  raw(bytes: string | Uint8Array): void {
    this.#options.stdout.write(bytes)
  }

  note(text: string): void {
    if (this.#options.quiet) return
    this.#wipe()
    this.#options.stderr.write(`${cleanLines(text)}\n`)
  }

  /** Replaces the progress line. Call only when `live`. */
  progress(text: string): void {
    // The last column stays free: writing into it makes some terminals wrap. A terminal that does not know
    // its size says 0.
    const width = (this.#options.stderr.columns || 80) - 1
    this.#options.stderr.write(`\r\u001b[K${fit(cleanLines(text), width)}`)
    this.#liveShown = true
  }

  failure(failure: Failure): void {
    this.#wipe()
    const { stderr, json, verbose } = this.#options
    if (json) stderr.write(`${JSON.stringify(failure.body)}\n`)
    else stderr.write(`${this.#describe(failure)}\n`)
    if (verbose) stderr.write(`${cleanLines(causesOf(failure))}\n`)
  }

  #describe({ body }: Failure): string {
    const name = this.#options.color ? '\u001b[31mvirtuoso:\u001b[39m' : 'virtuoso:'
    const message = `${name} ${cleanLines(body.message)}`
    return body.hint === null ? message : `${message}\n  ${cleanLines(body.hint)}`
  }

  #wipe(): void {
    if (!this.#liveShown) return
    this.#options.stderr.write('\r\u001b[K')
    this.#liveShown = false
  }
}

function causesOf(failure: Failure): string {
  const lines: string[] = []
  let next: unknown = failure
  // A chain of causes that is longer than this repeats itself.
  for (let depth = 0; depth < 8 && next instanceof Error; depth++) {
    lines.push(next.stack ?? next.message)
    next = next.cause
  }
  return lines.join('\ncaused by: ')
}
