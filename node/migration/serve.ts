import { randomBytes } from 'node:crypto'
import { type Hash, type PublicKey, signReceipt, type Uuid } from '../../ledger/index.ts'
import {
  answerChallenge,
  answersMatch,
  BLOCK_BYTES,
  type BlocksRefusal,
  type Challenge,
  type ContentManifest,
  makeChallenge,
  type ServedMachine
} from '../../protocols/blocks/index.ts'
import {
  type Origin,
  type OriginEffect,
  type OriginEvent,
  type OriginJournal,
  startOrigin,
  stepOrigin
} from '../../protocols/vmmp/index.ts'
import { servedContent } from '../transfer/index.ts'
import type { MachineContent } from '../vmm/index.ts'
import { announce } from './effect-channel.ts'
import type { MoveOptions } from './options.ts'

/** The OPEN may be on its way to this node while the destination already asks. */
const OPEN_WAIT_MS = 10_000

/** A machine opened for reading. */
type Served = ReturnType<typeof servedContent> & {
  readonly content: MachineContent
  readonly manifest: ContentManifest
}

/**
 * Drives the origin's machine of `protocols/vmmp/origin.ts`: bytes go only to the destination of an OPEN that
 * is final here, and the receipt is signed only after the challenge.
 */
export class Departure {
  readonly #options: MoveOptions
  readonly #machine: Uuid
  #state: Origin
  #served: Served | null = null
  #refusal: BlocksRefusal | null = null
  #signed = false

  private constructor(options: MoveOptions, machine: Uuid, state: Origin) {
    this.#options = options
    this.#machine = machine
    this.#state = state
  }

  /** A destination says hello. The result is what it gets: the machine, or why not. */
  static async open(
    options: MoveOptions,
    asked: { readonly machine: Uuid; readonly migrationId: Hash; readonly peer: PublicKey }
  ): Promise<{ departure: Departure; served: ServedMachine | BlocksRefusal }> {
    const first = startOrigin({ self: options.host, ...asked })
    const departure = new Departure(options, asked.machine, first.state)
    await departure.#carryOut(first.effects, asked.migrationId)
    return { departure, served: departure.#answer() }
  }

  /** After a restart; settles at once if the ledger has decided meanwhile. */
  static async recover(options: MoveOptions, journal: OriginJournal): Promise<Departure> {
    const departure = new Departure(options, journal.machine, journal)
    await departure.feed({ type: 'recovered', ...departure.#ledger() })
    return departure
  }

  get over(): boolean {
    return this.#state.phase === 'over'
  }

  get serving(): boolean {
    return this.#state.phase === 'serving'
  }

  /** Called with every final block: only the ledger ends a departure. */
  async ledgerChanged(): Promise<void> {
    await this.feed({ type: 'ledger', ...this.#ledger(), destinationKey: undefined })
  }

  async feed(event: OriginEvent): Promise<void> {
    const step = stepOrigin(this.#state, event)
    this.#state = step.state
    await this.#carryOut(step.effects)
  }

  async #carryOut(effects: readonly OriginEffect[], awaited?: Hash): Promise<void> {
    for (const effect of effects) await this.#effect(effect, awaited)
  }

  async #effect(effect: OriginEffect, awaited: Hash | undefined): Promise<void> {
    const { options, machine } = { options: this.#options, machine: this.#machine }
    announce({ role: 'origin', effect: effect.type, machine })
    switch (effect.type) {
      case 'read-ledger':
        return this.#readLedger(awaited)
      case 'persist':
        return options.journals.putOrigin(effect.journal)
      case 'open-content':
        return this.#openContent()
      case 'serve':
        return
      case 'sign-receipt':
        this.#signed = true
        return
      case 'refuse':
        this.#refusal = { code: effect.code, message: effect.message }
        return
      case 'keep-cached':
      case 'release':
        await this.#close()
        return options.settled(machine)
      case 'forget':
        return options.journals.removeOrigin(machine)
    }
  }

  async #readLedger(awaited: Hash | undefined): Promise<void> {
    const { replica } = this.#options
    if (awaited !== undefined) {
      const here = AbortSignal.timeout(OPEN_WAIT_MS)
      await replica
        .until(state => state.migration(this.#machine)?.id === awaited, here)
        .catch(() => undefined)
    }
    const ledger = this.#ledger()
    const destination = ledger.migration && replica.state().host(ledger.migration.destination)
    await this.feed({ type: 'ledger', ...ledger, destinationKey: destination?.key })
  }

  #ledger() {
    const state = this.#options.replica.state()
    return { machine: state.machine(this.#machine), migration: state.migration(this.#machine) }
  }

  async #openContent(): Promise<void> {
    await this.#close()
    try {
      const record = await this.#options.records.machine(this.#machine)
      if (record?.root == null) throw new Error('no sealed version of this machine is here')
      this.#served = await this.#open()
      await this.feed({ type: 'opened', root: this.#served.manifest.root })
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      await this.feed({ type: 'open-failed', why })
    }
  }

  async #open(): Promise<Served> {
    const { contents, vmm, packer, upload, sideOffers } = this.#options
    const manifest = await contents.manifest(this.#machine)
    const content = await vmm.content(this.#machine)
    const over = new AbortController()
    const known = (root: Hash) => contents.known(this.#machine, root)
    const { signal } = over
    const side = sideOffers?.of(content)
    const served = servedContent({
      content,
      manifest,
      known,
      packer,
      throttle: upload,
      side: side && (() => side.offer()),
      signal
    })
    const close = async (): Promise<void> => {
      over.abort(new Error('the stream is over'))
      // It reads the content by doors that lead nowhere once that is closed.
      await side?.close()
      await Promise.all([served.close(), manifest.close(), content.close()])
    }
    return { ...served, content, manifest, close }
  }

  #answer(): ServedMachine | BlocksRefusal {
    const served = this.#served
    if (this.#refusal !== null || served === null || !('root' in this.#state)) {
      return this.#refusal ?? { code: 'NOT_READY', message: 'the machine cannot be read now' }
    }
    return {
      ...served,
      ...this.#examination(served.content),
      close: async () => {
        await this.#close()
        await this.feed({ type: 'stream-ended' })
      }
    }
  }

  #examination(content: MachineContent): Pick<ServedMachine, 'challenge' | 'judge'> {
    const ahead = new Map<Challenge, Promise<readonly Hash[]>>()
    return {
      challenge: () => {
        const challenge = makeChallenge(content.parts, size => randomBytes(size))
        // Read while the destination reads its own; only the first, so that asking again and again costs no reads.
        if (ahead.size === 0) {
          const expected = this.#digests(content, challenge)
          // Heard of with the answer, if that comes.
          expected.catch(() => undefined)
          ahead.set(challenge, expected)
        }
        return challenge
      },
      judge: async (challenge, digests) => {
        const expected = ahead.get(challenge) ?? this.#digests(content, challenge)
        return this.#judge(await expected, digests)
      }
    }
  }

  #digests(content: MachineContent, { nonce, places }: Challenge): Promise<readonly Hash[]> {
    const { crypto } = this.#options.replica.context
    const digests = places.map(async ({ part: name, index }) => {
      const part = content.parts.find(each => each.name === name)
      const offset = index * BLOCK_BYTES
      const length = Math.min(BLOCK_BYTES, (part?.sizeBytes ?? 0) - offset)
      return answerChallenge(crypto, nonce, await content.read(name, offset, length))
    })
    return Promise.all(digests)
  }

  async #judge(
    expected: readonly Hash[],
    digests: readonly Hash[]
  ): ReturnType<ServedMachine['judge']> {
    const { replica, key } = this.#options
    if (!answersMatch(expected, digests)) {
      return {
        code: 'CHALLENGE_FAILED',
        message: 'the answers do not fit the blocks of this machine'
      }
    }
    await this.feed({ type: 'proved' })
    if (!this.#signed || !('root' in this.#state)) {
      return { code: 'NO_SUCH_MOVE', message: 'the move is over on the ledger' }
    }
    const { migrationId, root } = this.#state
    return signReceipt(replica.network, { migration: migrationId, root }, key)
  }

  async #close(): Promise<void> {
    const served = this.#served
    this.#served = null
    await served?.close()
  }
}
