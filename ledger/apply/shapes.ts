import { PICODOLLARS_MAX } from '../money/index.ts'
import { AMOUNT_OF_RESOURCE_MAX } from '../pricing/index.ts'
import type { Bid, Configuration, Picodollars, Resources } from '../records/index.ts'

/** Names of machines and hosts, processors, operating systems: the 2004 tables had 50 characters. */
export const TEXT_LENGTH_MAX = 64

const ACCOUNT_NAME = /^[a-zA-Z0-9._-]{3,32}$/

export function isAccountName(name: string): boolean {
  return ACCOUNT_NAME.test(name)
}

/** null: the configuration and the bid can be registered. Otherwise what is wrong with them. */
export function checkWish(configuration: Configuration, bid: Bid): string | null {
  return (
    checkText('name', configuration.name) ??
    checkText('processor', configuration.processor) ??
    checkText('operating system', configuration.os) ??
    checkResources(configuration) ??
    checkAmount('storage bid', bid.storagePer30Days) ??
    checkAmount('running bid', bid.runningPerHour)
  )
}

export function checkResources(resources: Resources): string | null {
  return (
    checkQuantity('speed', resources.speed, 'bogomips') ??
    checkQuantity('memory', resources.memoryMb, 'MB') ??
    checkQuantity('storage', resources.storageMb, 'MB')
  )
}

export function checkAmount(what: string, amount: Picodollars): string | null {
  if (amount >= 0n && amount <= PICODOLLARS_MAX) return null
  return `the ${what} is ${amount} picodollars: it must be from 0 to ${PICODOLLARS_MAX}`
}

/**
 * Text that reaches other people's terminals: no control characters, no marks that turn the direction of
 * writing or have no width. Ranges are spelt out because Unicode classes differ between engine versions.
 */
export function checkText(what: string, text: string): string | null {
  if (text.length < 1 || text.length > TEXT_LENGTH_MAX) {
    return `the ${what} has ${text.length} characters: it must have 1 to ${TEXT_LENGTH_MAX}`
  }
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    const isPlain = code >= 0x20 && code <= 0x7e
    if (!isPlain && UNSEEN.some(([first, last]) => code >= first && code <= last)) {
      return `the ${what} has the character U+${code.toString(16).padStart(4, '0')}, which cannot be shown`
    }
  }
  return null
}

const UNSEEN: readonly (readonly [number, number])[] = [
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0xd800, 0xdfff],
  [0xfeff, 0xfeff],
  [0xfff9, 0xfffb]
]

function checkQuantity(what: string, value: number, unit: string): string | null {
  if (Number.isInteger(value) && value >= 1 && value <= AMOUNT_OF_RESOURCE_MAX) return null
  return `the ${what} is ${value} ${unit}: it must be a whole number from 1 to ${AMOUNT_OF_RESOURCE_MAX}`
}
