import { access, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Genesis, Member } from '../../ledger/index.ts'
import type { Clock } from '../clock.ts'
import { dataLayout } from '../data-dir/index.ts'
import {
  createIdentity,
  type Identity,
  IdentityError,
  loadIdentity,
  type ScryptCost
} from '../identity/index.ts'
import { ConfigError } from './config-error.ts'
import { DEVELOPMENT_ELECTION } from './defaults.ts'
import { formatGenesis, makeDevelopmentGenesis, parseGenesis, saveGenesis } from './genesis-file.ts'
import {
  type ConfigWishes,
  configExists,
  configFrom,
  type NodeConfig,
  saveNewConfig
} from './node-config.ts'

export interface InitOptions extends ConfigWishes {
  /** Data directory; made with mode 0700. */
  readonly dir: string
  readonly password: string
  /** The network to join; `new-development` makes one whose first coordinator is this node. */
  readonly genesis: Genesis | 'new-development'
  /** The others of a new network: three or six. Default: none. */
  readonly coordinators?: readonly Member[] | undefined
  /** Blocks of an epoch of a new network; 0: its first coordinators stay for ever. Default `DEVELOPMENT_ELECTION`'s. */
  readonly epochBlocks?: number | undefined
  /** Gives a new network its time. */
  readonly clock: Clock
  /** Default `SCRYPT_COST`. */
  readonly cost?: ScryptCost
}

export interface InitResult {
  readonly config: NodeConfig
  readonly genesis: Genesis
  readonly identity: Identity
}

/**
 * Makes a data directory. `node.json` is written last and says that it is whole: an init that was cut off is
 * simply run again, and uses the identity that is there if the password opens it.
 */
export async function initNode(options: InitOptions): Promise<InitResult> {
  const layout = dataLayout(options.dir)
  const config = configFrom(options)
  if (await exists(layout.config)) throw configExists(layout.config)
  await mkdir(layout.dir, { recursive: true, mode: 0o700 })
  const identity = await identityFor(layout.identity, options)
  const genesis = genesisFor(options, config, identity)
  await saveGenesis(join(layout.dir, config.genesis), genesis)
  await saveNewConfig(layout.config, config)
  return { config, genesis, identity }
}

async function identityFor(dir: string, options: InitOptions): Promise<Identity> {
  const { password, cost } = options
  try {
    return await createIdentity({ dir, password, ...(cost === undefined ? {} : { cost }) })
  } catch (error) {
    if (!(error instanceof IdentityError) || error.code !== 'IDENTITY_EXISTS') throw error
    return loadIdentity({ dir, password })
  }
}

function genesisFor(options: InitOptions, config: NodeConfig, identity: Identity): Genesis {
  const coordinates = config.roles.includes('coordinator')
  const me = identity.node.publicKey
  if (options.genesis === 'new-development') {
    if (!coordinates) {
      throw new ConfigError(
        'GENESIS_MISSING',
        'a new network needs its coordinator: add --role coordinator, or give the --genesis file of a network'
      )
    }
    const genesis = makeDevelopmentGenesis({
      coordinators: [{ name: config.name, key: me }, ...(options.coordinators ?? [])],
      issuer: identity.account.publicKey,
      timeMs: options.clock.nowMs(),
      epochBlocks: options.epochBlocks ?? DEVELOPMENT_ELECTION.epochBlocks
    })
    // As whoever gets the file will read it: a set of three is refused here, not on the next node.
    return parseGenesis('the new genesis', formatGenesis(genesis))
  }
  if (coordinates && !options.genesis.coordinators.some(({ key }) => key === me)) {
    throw new ConfigError(
      'GENESIS_WITHOUT_ME',
      `the genesis of "${options.genesis.name}" does not name this node's key ${me} as a coordinator`
    )
  }
  return options.genesis
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false
  )
}
