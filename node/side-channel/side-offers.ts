import type { PartShape, SideOffer } from '../../protocols/blocks/index.ts'
import type { MachineContent } from '../vmm/index.ts'
import type { Doors } from './calls.ts'
import type { SideCalls } from './side-thread.ts'

export interface SideOffersOptions {
  readonly thread: SideCalls
  /** Where this node listens. */
  readonly host: string
  /** 0: any that is free. */
  readonly port: number
}

/** What one served machine offers besides its stream. */
export interface ServedSide {
  offer(): Promise<SideOffer | undefined>
  close(): Promise<void>
}

/** The origin's side connections. */
export class SideOffers {
  readonly #options: SideOffersOptions

  constructor(options: SideOffersOptions) {
    this.#options = options
  }

  /** For one stream; its offers end with it. */
  of(content: Pick<MachineContent, 'parts' | 'door'>): ServedSide {
    const { thread, host, port } = this.#options
    const doors = doorsOf(content)
    const made: SideOffer[] = []
    return {
      async offer() {
        if (Object.keys(doors).length === 0) return undefined
        // One at a time: what an earlier one opened is of no use any more.
        await withdraw(thread, made)
        const { parts } = content
        const offer = await thread
          .call('serve', { host, port, parts, doors })
          .catch(() => undefined)
        if (offer !== undefined) made.push(offer)
        return offer
      },
      close: () => withdraw(thread, made)
    }
  }
}

async function withdraw(thread: SideCalls, made: SideOffer[]): Promise<void> {
  for (const { identity } of made.splice(0))
    await thread.call('withdraw', { identity }).catch(() => undefined)
}

function doorsOf({ parts, door }: Pick<MachineContent, 'parts' | 'door'>): Doors {
  const doors: { -readonly [K in PartShape['name']]?: Doors[K] } = {}
  for (const { name } of parts) {
    const found = door(name)
    if (found !== undefined) doors[name] = found
  }
  return doors
}
