import type { BlocksSource } from '../../protocols/blocks/index.ts'
import { ContentMismatch, type SideWay, type SideWish } from '../transfer/index.ts'
import { type SideCalls, SideLost, SideMismatch } from './side-thread.ts'

export interface SidePullOptions {
  readonly thread: SideCalls
  /** Where the origin is: the address at the other end of its stream. */
  readonly host: () => string | undefined
  readonly log: (message: string) => void
}

/** Less than this is here by the stream before another connection is open. */
const LEAST_BYTES = 16 * 2 ** 20

/** For a move that brings so many bytes; undefined where it does not pay. */
export function sidePullFor(comingBytes: number, options: SidePullOptions): SidePull | undefined {
  if (comingBytes < LEAST_BYTES) return undefined
  options.thread.warm()
  return new SidePull(options)
}

/**
 * The destination's end of one move's side connection.
 *
 *     none --open: asks by the stream--> opening --connected--> open --fetch fails, close--> none
 *       ^---------------- refused, close ----'
 */
export class SidePull implements SideWay {
  readonly #options: SidePullOptions
  #line: string | undefined
  #opening: Promise<void> | undefined
  /** Another one after each close: what was being opened before is not wanted any more. */
  #turn = 0

  constructor(options: SidePullOptions) {
    this.#options = options
  }

  get isOpen(): boolean {
    return this.#line !== undefined
  }

  open(source: Pick<BlocksSource, 'side'>): Promise<void> {
    this.#opening ??= this.#open(source)
    return this.#opening
  }

  async #open(source: Pick<BlocksSource, 'side'>): Promise<void> {
    const turn = this.#turn
    const line = await this.#connect(source).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error)
      this.#options.log(`no side connection to the origin: ${why}`)
      return undefined
    })
    if (turn === this.#turn) this.#line = line
    else await this.#hangUp(line)
  }

  async fetch({ shape, ranges, leaves, door }: SideWish): Promise<number | undefined> {
    const line = this.#line
    if (line === undefined) return undefined
    try {
      const wish = { line, door, shape, ranges, leaves }
      return (await this.#options.thread.call('fetch', wish)).ms
    } catch (error) {
      if (error instanceof SideMismatch) throw new ContentMismatch(error.message)
      if (!(error instanceof SideLost)) throw error
      if (this.#line === line) {
        this.#options.log(`the side connection to the origin is lost: ${error.message}`)
        await this.close()
      }
      return undefined
    }
  }

  async close(): Promise<void> {
    const line = this.#line
    this.#line = undefined
    this.#opening = undefined
    this.#turn += 1
    await this.#hangUp(line)
  }

  async #connect(source: Pick<BlocksSource, 'side'>): Promise<string | undefined> {
    const offer = await source.side()
    const host = this.#options.host()
    if (offer === undefined || host === undefined) return undefined
    const { line } = await this.#options.thread.call('connect', { host, offer })
    this.#options.log('a side connection to the origin is open')
    return line
  }

  async #hangUp(line: string | undefined): Promise<void> {
    if (line === undefined) return
    await this.#options.thread.call('hangUp', { line }).catch(() => undefined)
  }
}
