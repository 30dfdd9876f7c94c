import type { InitOptions, InitResult } from '../../../node/index.ts'
import { type Context, classified, usageFailure } from '../../cli/index.ts'
import { formatFields } from '../../format/index.ts'
import { IDENTITY_CLASSES, passwordOf } from '../identity/index.ts'
import { CONFIG_CLASSES } from './refusals.ts'

const ROLES = ['buyer', 'provider', 'coordinator', 'observer'] as const
type Role = (typeof ROLES)[number]

export async function initialize(context: Context): Promise<void> {
  const { flags, dir } = context
  const roles = rolesOf(flags.list('role'))
  const ledger = flags.oneOf('ledger', ['light', 'full'])
  const accelerator = flags.oneOf('accelerator', ['auto', 'kvm', 'tcg'])
  const file = flags.text('genesis')
  if ((file === undefined) !== flags.on('dev-genesis')) {
    throw usageFailure('node init: give either --genesis FILE or --dev-genesis')
  }
  const coordinators = flags.list('coordinator').map(memberOf)
  if (coordinators.length > 0 && file !== undefined) {
    throw usageFailure('node init: a genesis FILE names its coordinators; leave --coordinator out')
  }
  const epochBlocks = flags.whole('epoch-blocks', 0)
  if (epochBlocks !== undefined && file !== undefined) {
    throw usageFailure(
      'node init: a genesis FILE says when there are elections; leave --epoch-blocks out'
    )
  }
  if (epochBlocks === 1) {
    throw usageFailure(
      'node init: --epoch-blocks takes at least 2, or 0: votes are counted before an epoch ends'
    )
  }
  const { initNode, loadGenesis, systemClock } = await import('../../../node/index.ts')
  try {
    const made = await initNode({
      dir,
      name: flags.text('name') ?? roles[0] ?? 'buyer',
      roles,
      ledger,
      listen: someOf(flags.list('listen')),
      bootstrap: someOf(flags.list('bootstrap')),
      vmm: accelerator === undefined ? undefined : { accelerator },
      genesis: file === undefined ? 'new-development' : await loadGenesis(file),
      coordinators,
      epochBlocks,
      password: await passwordOf(context, 'new'),
      clock: systemClock
    } satisfies InitOptions)
    context.output.result({ json: viewOf(dir, made), text: () => describe(dir, made) })
  } catch (error) {
    throw classified(error, { ...IDENTITY_CLASSES, ...CONFIG_CLASSES })
  }
}

function rolesOf(given: readonly string[]): readonly Role[] {
  const roles = given.map(word => {
    const role = ROLES.find(each => each === word)
    if (role !== undefined) return role
    throw usageFailure(`--role takes one of ${ROLES.join(', ')}, not "${word}"`)
  })
  return roles.length === 0 ? ['buyer'] : roles
}

function memberOf(word: string): { readonly name: string; readonly key: string } {
  const [, name, key] = /^([A-Za-z0-9._-]{1,32})=([0-9a-f]{64})$/.exec(word) ?? []
  if (name !== undefined && key !== undefined) return { name, key }
  throw usageFailure(
    `--coordinator takes NAME=NODE-KEY with the 64 hex digits that \`id show\` prints, not "${word}"`
  )
}

function someOf(list: readonly string[]): readonly string[] | undefined {
  return list.length === 0 ? undefined : list
}

/** Never the keys themselves: this is what is printed. */
function viewOf(dir: string, { config, genesis, identity }: InitResult): Record<string, unknown> {
  return {
    dataDir: dir,
    config,
    networkName: genesis.name,
    dev: genesis.dev,
    accountKey: identity.account.publicKey,
    nodeKey: identity.node.publicKey
  }
}

function describe(dir: string, { config, genesis, identity }: InitResult): string {
  return formatFields([
    ['Node', config.name],
    ['Roles', config.roles.join(', ')],
    ['Ledger', config.ledger],
    ['Data', dir],
    ['Network', `${genesis.name}${genesis.dev ? '  DEVELOPMENT' : ''}`],
    ['Account key', identity.account.publicKey],
    ['Node key', identity.node.publicKey],
    ['Next', 'virtuoso node run']
  ])
}
