import { z } from 'zod'
import {
  AmountError,
  type ElectionParameters,
  formatDollars,
  type Genesis,
  type Member,
  type Picodollars,
  parseDollars
} from '../../ledger/index.ts'
import { writeFileAtomic } from '../disk/index.ts'
import { DEVELOPMENT_ELECTION, DEVELOPMENT_GENESIS } from './defaults.ts'
import { parseJsonFile, readJsonFile } from './json-file.ts'

/**
 * `genesis.json`: the network in words a person can compare by eye. What is hashed and signed is the record in
 * canonical bytes, so spaces and the order of fields do not matter here.
 */
interface GenesisFile {
  readonly format: 'virtuoso-genesis'
  readonly version: 1
  readonly name: string
  readonly dev: boolean
  /** ISO 8601, UTC, with milliseconds. */
  readonly time: string
  readonly issuer: string
  readonly coordinators: readonly Member[]
  readonly parameters: {
    /** Dollars. */
    readonly signupGrant: string
    readonly migrationDeadlineMs: number
    readonly migrationHardLimitMs: number
    readonly expiryHeightsMax: number
    readonly alivePeriodMs: number
    readonly leaseMs: number
    readonly graceMs: number
    readonly retentionMs: number
    /** Dollars, as the other fees. */
    readonly openFee: string
    readonly registerFee: string
    readonly transactionFee: string
    readonly election: ElectionWords | null
  }
}

/** `ElectionParameters` with the bond in dollars. */
type ElectionWords = Omit<ElectionParameters, 'bond'> & { readonly bond: string }

const publicKey = z.string().regex(/^[0-9a-f]{64}$/, 'expected a public key of 64 hex digits')
const nameSchema = z.string().min(1).max(32)
const dollars = z.string().refine(isAmount, 'expected dollars such as 1000')
const duration = z
  .int()
  .min(1_000)
  .max(2 ** 40)
/** Sizes for which an odd member or two may fail (ledger.md, Election). */
const SET_SIZES: readonly number[] = [1, 4, 7]

const blocks = z
  .int()
  .min(1)
  .max(2 ** 28)

const electionSchema = z
  .strictObject({
    epochBlocks: blocks,
    epochMs: duration,
    tallyBlocks: blocks,
    bond: dollars,
    turnoutPercent: z.int().min(0).max(100),
    sizeMax: z.literal([1, 4, 7]),
    silenceViews: blocks
  })
  .refine(
    ({ epochBlocks, tallyBlocks }) => tallyBlocks < epochBlocks,
    'tallyBlocks must be fewer than epochBlocks: votes are counted before an epoch ends'
  )

const genesisSchema: z.ZodType<GenesisFile> = z
  .strictObject({
    format: z.literal('virtuoso-genesis'),
    version: z.literal(1),
    name: nameSchema,
    dev: z.boolean(),
    time: z.string().refine(isIsoTime, 'expected a time such as 2026-01-31T12:00:00.000Z'),
    issuer: publicKey,
    coordinators: z
      .array(z.strictObject({ name: nameSchema, key: publicKey }))
      .refine(set => SET_SIZES.includes(set.length), 'expected 1, 4 or 7 coordinators')
      .refine(set => new Set(set.map(({ key }) => key)).size === set.length, 'a key stands twice'),
    parameters: z.strictObject({
      signupGrant: dollars,
      migrationDeadlineMs: duration,
      migrationHardLimitMs: duration,
      expiryHeightsMax: z
        .int()
        .min(1)
        .max(2 ** 32),
      alivePeriodMs: duration,
      leaseMs: duration,
      graceMs: duration,
      retentionMs: duration,
      openFee: dollars,
      registerFee: dollars,
      transactionFee: dollars,
      election: electionSchema.nullable().default(null)
    })
  })
  .refine(
    ({ dev, parameters }) => dev || parseDollars(parameters.signupGrant) === 0n,
    'only a development network (dev: true) may grant money at sign-up: whoever opens accounts for nothing would win elections'
  )

export function loadGenesis(path: string): Promise<Genesis> {
  return readJsonFile(path, genesisSchema, {
    missing: 'GENESIS_MISSING',
    damaged: 'GENESIS_DAMAGED',
    cure: 'copy the genesis file of the network you want to join'
  }).then(recordOf)
}

export async function saveGenesis(path: string, genesis: Genesis): Promise<void> {
  await writeFileAtomic(path, formatGenesis(genesis), 0o644)
}

export function formatGenesis(genesis: Genesis): string {
  const { parameters } = genesis
  const file: GenesisFile = {
    format: 'virtuoso-genesis',
    version: 1,
    name: genesis.name,
    dev: genesis.dev,
    time: new Date(genesis.timeMs).toISOString(),
    issuer: genesis.issuer,
    coordinators: genesis.coordinators,
    parameters: {
      ...parameters,
      signupGrant: formatDollars(parameters.signupGrant),
      openFee: formatDollars(parameters.openFee),
      registerFee: formatDollars(parameters.registerFee),
      transactionFee: formatDollars(parameters.transactionFee),
      election: electionInWords(parameters.election)
    }
  }
  return `${JSON.stringify(file, null, 2)}\n`
}

function electionInWords(election: ElectionParameters | null): ElectionWords | null {
  return election === null ? null : { ...election, bond: formatDollars(election.bond) }
}

function electionOf(election: ElectionWords | null): ElectionParameters | null {
  return election === null ? null : { ...election, bond: parseDollars(election.bond) }
}

/** `path` is only for the message. Throws GENESIS_DAMAGED. */
export function parseGenesis(path: string, text: string): Genesis {
  return recordOf(parseJsonFile(path, text, genesisSchema, 'GENESIS_DAMAGED'))
}

export interface DevelopmentGenesisOptions {
  readonly coordinators: readonly Member[]
  /** Key that may issue money. */
  readonly issuer: string
  readonly timeMs: number
  readonly name?: string | undefined
  readonly signupGrant?: Picodollars | undefined
  /** Blocks of an epoch; 0, or none given: the first coordinators stay for ever. */
  readonly epochBlocks?: number | undefined
}

/** A network to try things on: every new account is granted money. */
export function makeDevelopmentGenesis(options: DevelopmentGenesisOptions): Genesis {
  const { name, signupGrantDollars, ...parameters } = DEVELOPMENT_GENESIS
  return {
    name: options.name ?? name,
    dev: true,
    timeMs: options.timeMs,
    issuer: options.issuer,
    coordinators: options.coordinators,
    parameters: {
      ...parameters,
      signupGrant: options.signupGrant ?? parseDollars(signupGrantDollars),
      openFee: 0n,
      registerFee: 0n,
      transactionFee: 0n,
      election: developmentElection(options.epochBlocks ?? 0)
    }
  }
}

function developmentElection(epochBlocks: number): ElectionParameters | null {
  if (epochBlocks === 0) return null
  const { tallyPart, bondDollars, ...terms } = DEVELOPMENT_ELECTION
  const tallyBlocks = Math.max(1, Math.floor(epochBlocks * tallyPart))
  return { ...terms, epochBlocks, tallyBlocks, bond: parseDollars(bondDollars) }
}

function recordOf(file: GenesisFile): Genesis {
  const { parameters } = file
  return {
    name: file.name,
    dev: file.dev,
    timeMs: Date.parse(file.time),
    issuer: file.issuer,
    coordinators: file.coordinators,
    parameters: {
      ...parameters,
      signupGrant: parseDollars(parameters.signupGrant),
      openFee: parseDollars(parameters.openFee),
      registerFee: parseDollars(parameters.registerFee),
      transactionFee: parseDollars(parameters.transactionFee),
      election: electionOf(parameters.election)
    }
  }
}

function isIsoTime(text: string): boolean {
  const ms = Date.parse(text)
  return Number.isInteger(ms) && ms >= 0 && new Date(ms).toISOString() === text
}

function isAmount(text: string): boolean {
  try {
    parseDollars(text)
    return true
  } catch (error) {
    if (error instanceof AmountError) return false
    throw error
  }
}
