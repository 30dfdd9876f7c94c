import { multiaddr } from '@multiformats/multiaddr'
import { z } from 'zod'
import { createFileAtomic } from '../disk/index.ts'
import { ConfigError } from './config-error.ts'
import { DEFAULTS } from './defaults.ts'
import { readJsonFile } from './json-file.ts'

/** What a node does; configuration, not different programs. An observer only follows the ledger. */
export const ROLES = ['buyer', 'provider', 'coordinator', 'observer'] as const
export type Role = (typeof ROLES)[number]

/**
 * `full`: it checks and executes every block. `light`: it follows heads and has what it reads proven, which is enough for a buyer; who
 * serves others keeps the whole ledger.
 */
const LEDGERS = ['light', 'full'] as const
type LedgerChoice = (typeof LEDGERS)[number]

/** `node.json`. */
export interface NodeConfig {
  readonly version: 1
  /** Shown in logs and in `node status`. */
  readonly name: string
  readonly roles: readonly Role[]
  /** Default: light for who is only a buyer. */
  readonly ledger: LedgerChoice
  /** Multiaddrs. */
  readonly listen: readonly string[]
  /** Multiaddrs that end in /p2p/<PeerId>. */
  readonly bootstrap: readonly string[]
  /**
   * Port for the blocks of moves from here, beside the node's own, on its first address: 0 is any that is free, null
   * none. Who cannot reach it gets the blocks by the node's own port, more slowly.
   */
  readonly sidePort: number | null
  /** File name inside the data directory. */
  readonly genesis: string
  /**
   * How a node comes to the present that is far behind. `snapshot`: it takes a proven state from others and holds the
   * blocks from there on. `replay`: it executes every block and holds all of them.
   */
  readonly sync: 'snapshot' | 'replay'
  readonly vmm: {
    readonly kind: 'qemu' | 'fake'
    /** `auto` boots a probe under kvm and falls back to emulation. */
    readonly accelerator: 'auto' | 'kvm' | 'tcg'
    /** Name or path; null: the one that fits this machine, from PATH. */
    readonly binary: string | null
    readonly stopPatienceS: number
  }
  readonly limits: {
    readonly connectionsMax: number
    readonly eventsKept: number
    readonly operationsKept: number
    /** Disk space for older versions of machines that moved away. */
    readonly cachedMb: number
    /** Megabits per second that all moves from here, and all to here, may use; null: what the line gives. */
    readonly uploadMbit: number | null
    readonly downloadMbit: number | null
  }
}

/** 1 PiB: a slip of the keyboard is told from a wish. */
const CACHED_MAX_MB = 2 ** 30

const address = z
  .string()
  .max(256)
  .refine(isMultiaddr, 'expected a multiaddr such as /ip4/127.0.0.1/tcp/7144')
const peerAddress = address.refine(
  text => /\/p2p\/[A-Za-z0-9]+$/.test(text),
  'expected a multiaddr that ends in /p2p/<PeerId>'
)

/** From a slow telephone line to more than any machine sends. */
const mbit = z.number().min(0.1).max(1_000_000).nullable()

const fileSchema = z.strictObject({
  version: z.literal(1),
  name: z.string().regex(/^[A-Za-z0-9._-]{1,32}$/, 'expected 1 to 32 of a-z A-Z 0-9 . _ -'),
  roles: z
    .array(z.enum(ROLES))
    .min(1)
    .refine(roles => new Set(roles).size === roles.length, 'a role is named twice'),
  ledger: z.enum(LEDGERS).optional(),
  listen: z.array(address).min(1).max(16),
  bootstrap: z.array(peerAddress).max(64),
  sidePort: z.int().min(0).max(65_535).nullable().default(0),
  genesis: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,64}$/, 'expected a file name inside the data directory'),
  sync: z.enum(['snapshot', 'replay']).optional(),
  vmm: z.strictObject({
    kind: z.enum(['qemu', 'fake']),
    accelerator: z.enum(['auto', 'kvm', 'tcg']),
    binary: z.string().min(1).max(4096).nullable(),
    stopPatienceS: z.int().min(1).max(3600)
  }),
  limits: z.strictObject({
    connectionsMax: z.int().min(4).max(4096),
    eventsKept: z.int().min(16).max(8192),
    operationsKept: z.int().min(1).max(10_000),
    // A file of before there was a quota has none.
    cachedMb: z.int().min(0).max(CACHED_MAX_MB).default(DEFAULTS.cachedMb),
    uploadMbit: mbit.default(null),
    downloadMbit: mbit.default(null)
  })
})

export const configSchema: z.ZodType<NodeConfig> = fileSchema
  .transform(file => ({
    ...file,
    ledger: file.ledger ?? ledgerFor(file.roles),
    sync: file.sync ?? syncOf(file.roles)
  }))
  .superRefine(({ roles, ledger }, context) => {
    const role = roles.find(each => each !== 'buyer')
    if (ledger === 'full' || role === undefined) return
    const message = `a node that is ${withArticle(role)} replays the whole ledger: make it "full", or leave it out`
    context.addIssue({ code: 'custom', path: ['ledger'], message })
  })

function ledgerFor(roles: readonly Role[]): LedgerChoice {
  return roles.every(role => role === 'buyer') ? 'light' : 'full'
}

function withArticle(role: Role): string {
  return role === 'observer' ? `an ${role}` : `a ${role}`
}

/** An observer is there to have seen everything itself, and to have it for others; all others want to begin. */
function syncOf(roles: readonly Role[]): NodeConfig['sync'] {
  return roles.includes('observer') ? 'replay' : 'snapshot'
}

export interface ConfigWishes {
  readonly name: string
  readonly roles: readonly Role[]
  readonly ledger?: LedgerChoice | undefined
  readonly listen?: readonly string[] | undefined
  readonly bootstrap?: readonly string[] | undefined
  readonly vmm?: Partial<NodeConfig['vmm']> | undefined
}

/** A configuration with the defaults filled in; throws CONFIG_DAMAGED naming the field that cannot be. */
export function configFrom(wishes: ConfigWishes): NodeConfig {
  const parsed = configSchema.safeParse({
    version: 1,
    name: wishes.name,
    roles: wishes.roles,
    ledger: wishes.ledger ?? ledgerFor(wishes.roles),
    listen: wishes.listen ?? DEFAULTS.listen,
    bootstrap: wishes.bootstrap ?? [],
    sidePort: 0,
    genesis: DEFAULTS.genesisFile,
    sync: syncOf(wishes.roles),
    vmm: {
      kind: 'qemu',
      accelerator: 'auto',
      binary: null,
      stopPatienceS: DEFAULTS.stopPatienceS,
      ...wishes.vmm
    },
    limits: {
      connectionsMax: DEFAULTS.connectionsMax,
      eventsKept: DEFAULTS.eventsKept,
      operationsKept: DEFAULTS.operationsKept,
      cachedMb: DEFAULTS.cachedMb,
      uploadMbit: null,
      downloadMbit: null
    }
  } satisfies NodeConfig)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new ConfigError(
    'CONFIG_DAMAGED',
    `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'malformed'}`
  )
}

export function loadConfig(path: string): Promise<NodeConfig> {
  return readJsonFile(path, configSchema, {
    missing: 'CONFIG_MISSING',
    damaged: 'CONFIG_DAMAGED',
    cure: 'make a node there with virtuoso node init, or give another --data'
  })
}

/** Refuses CONFIG_EXISTS. */
export async function saveNewConfig(path: string, config: NodeConfig): Promise<void> {
  try {
    await createFileAtomic(path, `${JSON.stringify(config, null, 2)}\n`)
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause
    throw configExists(path, cause)
  }
}

export function configExists(path: string, cause?: unknown): ConfigError {
  return new ConfigError(
    'CONFIG_EXISTS',
    `there is already a node (${path}): start it with virtuoso node run, or give another --data`,
    cause === undefined ? undefined : { cause }
  )
}

function isMultiaddr(text: string): boolean {
  try {
    multiaddr(text)
    return true
  } catch {
    // The caller says what was expected.
    return false
  }
}
