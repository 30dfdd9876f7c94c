import type { SignedReceipt } from '../../ledger/index.ts'
import type { BlocksSource, Outline } from '../../protocols/blocks/index.ts'
import type { OrderProgress } from '../../protocols/order/index.ts'
import type { Arriving } from '../content/index.ts'
import { type SidePull, sidePullFor } from '../side-channel/index.ts'
import {
  type Base,
  comingBytes,
  LinkMeter,
  type Method,
  methodOf,
  PageRoots,
  ProgressMeter,
  Pull
} from '../transfer/index.ts'
import type { ContentSink, MachineContent } from '../vmm/index.ts'
import { openHeldCopy } from './held-copy.ts'
import type { MoveOptions } from './options.ts'
import { dialOrigin, type LineOptions, type OriginLine, receiptFrom } from './origin-line.ts'
import { persistently } from './persistently.ts'

export interface TransferNews {
  step(text: string): void
  bytes(progress: Omit<OrderProgress, 'step'>): void
}

export interface TransferOptions extends MoveOptions, LineOptions {
  /** As the REQ names it. */
  readonly method: string
  /** An earlier run of this node has begun it. */
  readonly resumed: boolean
  readonly news: TransferNews
}

/** What lies here of a machine on its way: its bytes, their hashes, and the stream they come by. */
interface Incoming {
  readonly outline: Outline
  readonly sink: ContentSink
  readonly manifest: Arriving
  readonly base: Base | undefined
  readonly pageRoots: PageRoots
  readonly side: SidePull | undefined
}

/**
 * The bytes of one arrival: pulls them from the origin, dialling it again as often as the line breaks, proves that
 * they are here, and puts them in their place. Used by one caller, one step after the other.
 *
 *     fetch: the copy that is here has the root --> held --> prove ----------------> install: left where it is
 *            else, pulled into a sink ------------> incoming --> verify --> prove --> install: put in its place
 */
export class Transfer {
  readonly #options: TransferOptions
  readonly #method: Method
  readonly #over = new AbortController()
  readonly #signal: AbortSignal
  #running: Promise<unknown> = Promise.resolve()
  #line: OriginLine | null = null
  #held: Promise<MachineContent | undefined> = Promise.resolve(undefined)
  #incoming: Incoming | null = null

  constructor(options: TransferOptions) {
    this.#options = options
    this.#signal = AbortSignal.any([options.signal, this.#over.signal])
    const method = methodOf(options.method)
    if (method === undefined) throw new Error(`there is no method ${options.method}`)
    this.#method = method
  }

  async fetch(): Promise<void> {
    const { migration } = this.#options
    // Opened while the origin is dialled.
    this.#held = openHeldCopy(this.#options, migration, this.#method)
    let pull: Pull | null = null
    await this.#withOrigin('copying', async (source, outline) => {
      const held = await this.#held
      if (held !== undefined) return this.#tellHeld(held)
      this.#incoming ??= await this.#receive(source, outline)
      pull ??= this.#pullInto(this.#incoming)
      await pull.run(source)
    })
  }

  /** Every block has been checked as it came: what is left is to make the manifest durable. */
  async verify(): Promise<void> {
    if ((await this.#held) !== undefined) return
    await this.#require().manifest.finish()
  }

  /** Throws what `whyWithheld` knows when the origin gives no receipt that the ledger would take. */
  async prove(): Promise<SignedReceipt> {
    const here = (await this.#held) ?? this.#pulled()
    try {
      return await this.#withOrigin('proving to the origin', source =>
        receiptFrom(source, here, this.#options)
      )
    } finally {
      // Nothing more is asked of the origin in this run, whatever it said.
      void this.#hangUp()
    }
  }

  async install(): Promise<void> {
    const { contents, migration, vmm } = this.#options
    const held = await this.#held
    if (held !== undefined) {
      await held.close()
      // Of a run before this one, in which the copy was not known to be whole.
      return vmm.dropLeftover(migration.machine)
    }
    const incoming = this.#require()
    await incoming.base?.manifest.close()
    await incoming.sink.commit()
    await contents.adopt(migration.machine, migration.root)
    this.#incoming = null
  }

  /** Also in the middle of a fetch, which ends first. */
  async discard(): Promise<void> {
    this.#over.abort(new Error('the move is over'))
    await this.#running.catch(() => undefined)
    const incoming = this.#incoming
    this.#incoming = null
    // Not awaited: it lasts until the origin has closed its end, which may be dead.
    void this.#hangUp()
    await (await this.#held)?.close()
    await incoming?.base?.manifest.close()
    await incoming?.manifest.discard()
    await incoming?.sink.discard()
    // Of a run before this one, which nobody goes on with now.
    await this.#options.vmm.dropLeftover(this.#options.migration.machine)
  }

  async #receive(source: BlocksSource, outline: Outline): Promise<Incoming> {
    const { replica, vmm, contents, migration, resumed, withRoom } = this.#options
    const { crypto } = replica.context
    const pageRoots = new PageRoots(crypto, outline, migration.root)
    const machine = replica.state().machine(migration.machine)
    if (machine === undefined) throw new Error('the machine is not on the ledger')
    const { uuid, configuration } = machine
    const found = await contents.base(uuid, configuration)
    const base = this.#method.baseOf(found)
    if (found !== base) await found?.manifest.close()
    const coming = await comingBytes(source, { crypto, pageRoots, base })
    const side = this.#side(coming.bytes)
    void side?.open(source)
    const how = {
      base: base?.kind ?? 'none',
      resume: resumed,
      comingBytes: coming.bytes,
      changing: coming.parts
    } as const
    try {
      const sink = await withRoom(() => vmm.receive({ uuid, configuration }, outline.parts, how))
      const manifest = await contents.arriving(uuid, migration.root, outline.parts)
      return { outline, sink, manifest, base, pageRoots, side }
    } catch (error) {
      await side?.close()
      throw error
    }
  }

  #side(comingBytes: number): SidePull | undefined {
    const { network, replica, migration, sideThread: thread, log } = this.#options
    const key = replica.state().host(migration.origin)?.key
    return sidePullFor(comingBytes, {
      thread,
      host: () => key && network.addressOf(key),
      log: message => log(message, { machine: migration.machine })
    })
  }

  #pullInto({ outline, sink, manifest, base, pageRoots, side }: Incoming): Pull {
    const { replica, migration, resumed, news, download } = this.#options
    const meter = new ProgressMeter(bytesIn(outline.parts))
    return new Pull({
      crypto: replica.context.crypto,
      outline,
      root: migration.root,
      pageRoots,
      method: this.#method,
      base,
      sink,
      manifest,
      resumed,
      meter,
      link: new LinkMeter(),
      throttle: download,
      side,
      signal: this.#signal,
      onProgress: () => news.bytes(meter.progress())
    })
  }

  /** With the stream that is open, or a new one; again with another one if it breaks. */
  #withOrigin<T>(
    step: string,
    work: (source: BlocksSource, outline: Outline) => Promise<T>
  ): Promise<T> {
    const { news, clock } = this.#options
    const running = persistently(
      async () => {
        const signal = this.#signal
        const line = this.#line ?? (await dialOrigin({ ...this.#options, signal }))
        this.#line = line
        news.step(step)
        return work(line.source, line.outline)
      },
      {
        clock,
        signal: this.#signal,
        lost: why => {
          void this.#hangUp()
          news.step(`waiting for the origin (${why})`)
        }
      }
    )
    this.#running = running
    return running
  }

  async #hangUp(): Promise<void> {
    const line = this.#line
    this.#line = null
    await line?.source.close()
  }

  #tellHeld({ parts }: MachineContent): void {
    const meter = new ProgressMeter(bytesIn(parts))
    meter.reused(bytesIn(parts))
    this.#options.news.bytes(meter.progress())
  }

  #pulled(): Pick<MachineContent, 'parts' | 'read'> {
    const { outline, sink } = this.#require()
    return { parts: outline.parts, read: (part, offset, length) => sink.read(part, offset, length) }
  }

  #require(): Incoming {
    if (this.#incoming === null)
      throw new Error('nothing has been pulled in this run: it must be pulled again')
    return this.#incoming
  }
}

function bytesIn(parts: Outline['parts']): number {
  return parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
}
