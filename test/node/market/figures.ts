import { readFileSync } from 'node:fs'
import { type Bid, type Configuration, parseDollars } from '../../../ledger/index.ts'
import type { OfferEntry } from '../../../node/market/index.ts'

/**
 * The figures of NWU-CS-04-39 (A. Shoykhet, J. Lange, P. Dinda: Virtuoso, a system for virtual machine
 * marketplaces), as data.
 */
export interface Figures {
  readonly offers_figure33: readonly FigureOffer[]
  readonly configurations: readonly FigureConfiguration[]
  readonly preconfigured: readonly FigureConfiguration[]
  readonly searches: readonly {
    readonly figure: number
    readonly configuration: string
    readonly bid: { readonly storagePerMonth: string; readonly runningPerHour: string }
    readonly result: readonly { name: string; storage: string; running: string }[]
  }[]
  readonly averages_figure6: {
    readonly cases: readonly {
      readonly speed: number
      readonly memory: number
      readonly storage: number
      readonly alex: number
      readonly peter: number
      readonly storagePerMonth: string
      readonly runningPerHour: string
    }[]
  }
}

export interface FigureOffer {
  readonly owner: string
  readonly name: string
  readonly speed: number
  readonly memory: number
  readonly storage: number
  readonly speedUnit: number
  readonly speedPrice: string
  readonly memoryUnit: number
  readonly memoryPrice: string
  readonly storageUnit: number
  readonly storagePrice: string
  readonly runningUnitAmount: number
  readonly storageAmount: number
  readonly connectSpeed: string
  readonly processor: string
}

export interface FigureConfiguration {
  readonly name: string
  readonly processor: string
  readonly os: string
  readonly speed: number
  readonly memory: number
  readonly storage: number
}

/** Read from the sources, of which the compiled tests lie three folders below `dist`. */
export function loadFigures(): Figures {
  const file = new URL('../../../../test/vectors/figures.json', import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8')) as Figures
}

export const NOW_MS: number = 1_100_000_000_000

export function configurationOf(figure: FigureConfiguration): Configuration {
  const { name, processor, os, speed } = figure
  return {
    name,
    processor,
    os,
    speed,
    memoryMb: figure.memory,
    storageMb: figure.storage,
    image: null
  }
}

export function bidOf(figure: { storagePerMonth: string; runningPerHour: string }): Bid {
  return {
    storagePer30Days: parseDollars(figure.storagePerMonth),
    runningPerHour: parseDollars(figure.runningPerHour)
  }
}

/** Figure 33 prints no sequence or expiry: one hour of life from `NOW_MS`. */
export function entryOf(figure: FigureOffer, number: number): OfferEntry {
  const free = { speed: figure.speed, memoryMb: figure.memory, storageMb: figure.storage }
  const host = `00000000-0000-8000-8000-${number.toString(16).padStart(12, '0')}`
  return {
    hash: number.toString(16).padStart(64, '0'),
    signed: {
      signature: '0'.repeat(128),
      offer: {
        host,
        owner: figure.owner,
        name: figure.name,
        processor: figure.processor,
        totals: free,
        free,
        prices: {
          speedUnit: figure.speedUnit,
          speedPrice: parseDollars(figure.speedPrice),
          memoryUnitMb: figure.memoryUnit,
          memoryPrice: parseDollars(figure.memoryPrice),
          storageUnitMb: figure.storageUnit,
          storagePrice: parseDollars(figure.storagePrice),
          runningPeriodS: figure.runningUnitAmount,
          storagePeriodDays: figure.storageAmount
        },
        connectSpeed: figure.connectSpeed,
        methods: ['SCP'],
        images: [],
        addresses: [],
        sequence: 1,
        issuedAtMs: NOW_MS,
        expiresAtMs: NOW_MS + 3_600_000
      }
    }
  }
}
