import type {
  Bid,
  Configuration,
  MachineRecord,
  Offer,
  PublicKey,
  StateReader
} from '../../ledger/index.ts'
import type { Input, MatchView, Output } from '../api/index.ts'
import { type Match, match, type OfferEntry, type Refused } from '../market/index.ts'
import { queryMethods } from '../migration/index.ts'
import type { ServiceContext } from './context.ts'
import { bidFrom, mine } from './machines.ts'
import { readEach } from './read-each.ts'
import { refuse } from './refuse.ts'
import { viewBid, viewConfiguration, viewContract } from './views.ts'

export async function browse(context: ServiceContext): Promise<Output<'market.browse'>> {
  const items = await context.market.catalogue()
  const averages = await context.market.averages()
  return {
    configurations: items.map(({ configuration, preconfigured }) => {
      const average = averages.get(configuration.name)
      return {
        configuration: viewConfiguration(configuration),
        preconfigured,
        average:
          average === undefined ? null : { ...viewBid(average), providers: average.providers }
      }
    })
  }
}

/**
 * Who could take a machine, why, and at what price (2004 text, 5.1.3 and 5.1.5); also for a configuration
 * that is not registered yet. For a move the present holder is left out and methods are asked of each host.
 */
export async function search(
  context: ServiceContext,
  input: Input<'machine.search'>
): Promise<Output<'machine.search'>> {
  const wish = await wishOf(context, input)
  const entries = context.market
    .offers()
    .filter(entry => entry.signed.offer.host !== wish.machine?.holder)
  const result = match(entries, wish.configuration, wish.bid, { nowMs: context.clock.nowMs() })
  const moving = input.move === true ? wish.machine : null
  const known = await readEach(context.ledger, result.matches, (state, { entry }) =>
    knownOf(state, entry.signed.offer)
  )
  const matches = await Promise.all(
    result.matches.map((found, at) => viewMatch(context, found, known[at], moving))
  )
  return {
    configuration: viewConfiguration(wish.configuration),
    bid: viewBid(wish.bid),
    matches,
    refused: result.refused.map(viewRefused),
    advice: result.advice,
    nearest: result.nearest === null ? null : viewBid(result.nearest)
  }
}

interface Wish {
  readonly machine: MachineRecord | null
  readonly configuration: Configuration
  readonly bid: Bid
}

async function wishOf(context: ServiceContext, input: Input<'machine.search'>): Promise<Wish> {
  if (input.machine !== undefined) {
    const machine = await mine(context, input.machine)
    return {
      machine,
      configuration: machine.configuration,
      bid: bidFrom(input.bid, machine.bid)
    }
  }
  const configuration =
    input.configuration === undefined
      ? undefined
      : await context.market.configuration(input.configuration)
  if (configuration === undefined) {
    throw refuse(
      'NOT_FOUND',
      'not-found',
      `no configuration is called "${input.configuration ?? ''}"`,
      'name a machine of yours, or a configuration of `virtuoso market browse`'
    )
  }
  return {
    machine: null,
    configuration,
    bid: bidFrom(input.bid, await context.market.averageFor(configuration))
  }
}

/** What the ledger says of a host that offers. */
interface Known {
  readonly key: PublicKey | undefined
  readonly ownerName: string | undefined
}

function knownOf(state: StateReader, { host, owner }: Offer): Known {
  return { key: state.host(host)?.key, ownerName: state.account(owner)?.name }
}

async function viewMatch(
  context: ServiceContext,
  found: Match,
  known: Known | undefined,
  moving: MachineRecord | null
): Promise<MatchView> {
  const { offer } = found.entry.signed
  const methods =
    moving === null
      ? [...offer.methods]
      : await queryMethods(context.owner, moving.uuid, offer.host)
  return {
    host: offer.host,
    name: offer.name,
    ownerName: known?.ownerName ?? offer.owner,
    processor: offer.processor,
    contract: viewContract(found.contract),
    rate: viewBid(found.rate),
    online:
      moving === null
        ? known?.key !== undefined && context.network.isConnected(known.key)
        : methods.length > 0,
    methods,
    reasons: [...found.reasons]
  }
}

function viewRefused(refused: Refused): Output<'machine.search'>['refused'][number] {
  const { offer } = refused.entry.signed
  const [first] = refused.failures
  return {
    host: offer.host,
    name: offer.name,
    constraint: first.constraint,
    message: refused.failures.map(failure => failure.message).join('; ')
  }
}

/** The offer of a host for a machine that is to be stored or moved there. */
export function offerOf(context: ServiceContext, host: string): OfferEntry {
  const entry = context.market.offers().find(each => each.signed.offer.host === host)
  if (entry !== undefined) return entry
  throw refuse(
    'NO_OFFER',
    'failed',
    'this host has no standing offer: its provider may be offline',
    'virtuoso offer list'
  )
}
