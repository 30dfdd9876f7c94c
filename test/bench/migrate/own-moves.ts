import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Uuid } from '../../../ledger/index.ts'
import type { PullResult, SparseWish, Usage } from './calls.ts'
import type { Link } from './link.ts'
import { Provider } from './ours.ts'

/** Who must read its disk before the move: nobody (the normal life of a machine), the source, or both sides. */
export const MODES = ['cached', 'source-hashes', 'both-hash'] as const
export type Mode = (typeof MODES)[number]

export interface Moved extends PullResult {
  /** Both sides. */
  readonly cpuSeconds: number
  readonly wireBytes: number
  readonly source: Usage
  readonly destination: Usage
  /** Just before. */
  readonly idle: Idle
}

/** What both sides use. */
export interface Idle {
  readonly source: Usage
  readonly destination: Usage
}

/** Long enough to see how much memory a side that does nothing has. */
const IDLE_MS = 300
const SPARSE: Uuid = '6f5b2b0e-0000-4000-8000-00000005ba25'
const MACHINE: Uuid = '6f5b2b0e-0000-4000-8000-0000000be2c4'

/** Two provider processes with everything a move's bytes go through; what is moved is made from files of a workload. */
export class OwnMoves {
  readonly #files: string
  readonly #source = new Provider()
  readonly #destination = new Provider()
  #key = ''
  #port = 0
  #sidePort = 0
  #peer = ''
  /** The version that lies at the source. */
  #version = ''

  private constructor(files: string) {
    this.#files = files
  }

  static async open(files: string, folder: string): Promise<OwnMoves> {
    const moves = new OwnMoves(files)
    const { key, address, sidePort } = await moves.#source.call('open', {
      dir: join(folder, 'source')
    })
    await moves.#destination.call('open', { dir: join(folder, 'destination') })
    const [, port, peer] = /\/tcp\/(\d+)(\/.*)$/.exec(address) ?? []
    moves.#key = key
    moves.#sidePort = sidePort
    moves.#port = Number(port)
    moves.#peer = peer ?? ''
    return moves
  }

  /** How long it takes to seal a machine that nobody has read before, and again when nothing has changed. */
  async sealing(version: string): Promise<{ readonly whole: number; readonly again: number }> {
    await this.#prepareSource(version)
    await this.#source.call('forget', { uuid: MACHINE })
    const whole = await this.#source.call('seal', { uuid: MACHINE })
    const again = await this.#source.call('seal', { uuid: MACHINE })
    return { whole: whole.seconds, again: again.seconds }
  }

  /** Moves `version` to a destination that holds `holds`. */
  async move(version: string, holds: string | null, mode: Mode, link: Link): Promise<Moved> {
    await this.#prepareDestination(holds)
    await this.#prepareSource(version)
    if (mode !== 'cached') await this.#source.call('forget', { uuid: MACHINE })
    if (mode === 'both-hash') await this.#destination.call('forget', { uuid: MACHINE })
    const door = await link.through(this.#port, this.#sidePort)
    try {
      const idle = await this.#idle()
      const sealed = await this.#source.call('seal', { uuid: MACHINE })
      const pulled = await this.#destination.call('pull', {
        uuid: MACHINE,
        method: holds === null ? 'SCP' : 'REDOLOG',
        root: sealed.root,
        key: this.#key,
        address: `/ip4/127.0.0.1/tcp/${door.port}${this.#peer}`,
        sidePort: door.beside,
        hash: mode === 'both-hash'
      })
      const wireBytes = door.bytes()
      if (wireBytes === 0) throw new Error('the move did not go through the link of the bench')
      const source = await this.#source.call('usage', null)
      const destination = await this.#destination.call('usage', null)
      return {
        ...pulled,
        seconds: pulled.seconds + sealed.seconds,
        cpuSeconds: source.cpuSeconds + destination.cpuSeconds,
        wireBytes: wireBytes ?? pulled.bytesSent,
        source,
        destination,
        idle
      }
    } finally {
      await door.close()
    }
  }

  /** By REDOLOG: a mostly empty machine of which the destination holds the version before. */
  async moveSparse(wish: Omit<SparseWish, 'uuid'>): Promise<Moved> {
    for (const side of [this.#source, this.#destination]) {
      await side.call('remove', { uuid: SPARSE })
      await side.call('makeSparse', { ...wish, uuid: SPARSE, changedMb: 0 })
      await side.call('seal', { uuid: SPARSE })
    }
    await this.#source.call('makeSparse', { ...wish, uuid: SPARSE })
    await this.#source.call('seal', { uuid: SPARSE })
    const idle = await this.#idle()
    const sealed = await this.#source.call('seal', { uuid: SPARSE })
    const pulled = await this.#destination.call('pull', {
      uuid: SPARSE,
      diskMb: wish.diskMb,
      method: 'REDOLOG',
      root: sealed.root,
      key: this.#key,
      address: `/ip4/127.0.0.1/tcp/${this.#port}${this.#peer}`,
      sidePort: this.#sidePort,
      hash: false
    })
    const usages = await this.#usages()
    return {
      ...pulled,
      ...usages,
      seconds: pulled.seconds + sealed.seconds,
      cpuSeconds: usages.source.cpuSeconds + usages.destination.cpuSeconds,
      wireBytes: pulled.bytesSent,
      idle
    }
  }

  async #idle(): Promise<Idle> {
    await this.#usages()
    await delay(IDLE_MS)
    return await this.#usages()
  }

  async #usages(): Promise<Idle> {
    const source = await this.#source.call('usage', null)
    return { source, destination: await this.#destination.call('usage', null) }
  }

  close(): void {
    this.#source.close()
    this.#destination.close()
  }

  /** The source has known the base version too, as the host that the machine once came from or went to. */
  async #prepareSource(version: string): Promise<void> {
    if (this.#version !== version) {
      await this.#source.call('remove', { uuid: MACHINE })
      if (version !== BASE) await this.#makeSealed(this.#source, BASE)
      await this.#makeSealed(this.#source, version)
      this.#version = version
    }
    await this.#source.call('seal', { uuid: MACHINE })
  }

  async #prepareDestination(holds: string | null): Promise<void> {
    await this.#destination.call('remove', { uuid: MACHINE })
    if (holds !== null) await this.#makeSealed(this.#destination, holds)
  }

  async #makeSealed(provider: Provider, version: string): Promise<void> {
    await provider.call('make', { uuid: MACHINE, from: join(this.#files, version) })
    await provider.call('seal', { uuid: MACHINE })
  }
}

/** The version that later ones were made from. */
export const BASE = 'v0'
