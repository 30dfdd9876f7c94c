import type { MatchView } from '../../../node/client.ts'
import { type Context, Failure, usageFailure } from '../../cli/index.ts'

/** The host that `--host` names, or the cheapest that fits. */
export async function chooseHost(
  context: Context,
  machine: string,
  purpose: 'store' | 'move'
): Promise<string> {
  const host = context.flags.text('host')
  const wantsCheapest = context.flags.on('cheapest')
  if (host !== undefined && wantsCheapest) {
    throw usageFailure('--host and --cheapest contradict each other')
  }
  if (host !== undefined) return host
  if (!wantsCheapest) {
    throw usageFailure(
      `machine ${purpose}: which host?`,
      `give --host NAME or --cheapest; \`virtuoso machine search ${machine}\` lists the hosts`
    )
  }
  const found = await context.call('machine.search', {
    machine,
    ...(purpose === 'move' ? { move: true } : {})
  })
  const best = cheapest(found.matches.filter(match => match.online))
  if (best === undefined) throw noHost(found.advice)
  context.output.note(
    `cheapest: ${best.name} of ${best.ownerName}, $ ${best.contract.storageText} and $ ${best.contract.runningText}`
  )
  return best.host
}

function noHost(advice: string | null): Failure {
  return new Failure({
    code: 'NO_HOST',
    class: 'not-found',
    message: 'no host that can be reached fits this machine',
    hint: advice ?? 'see `virtuoso machine search --explain`'
  })
}

const HOURS_IN_30_DAYS = 720n

/** By what 30 days of storage and running would cost. */
export function cheapest(matches: readonly MatchView[]): MatchView | undefined {
  const priced = matches.map(match => {
    const storage = picodollars(match.rate.storagePer30Days)
    return { match, cost: storage + picodollars(match.rate.runningPerHour) * HOURS_IN_30_DAYS }
  })
  return priced.reduce<(typeof priced)[number] | undefined>(
    (best, each) => (best === undefined || each.cost < best.cost ? each : best),
    undefined
  )?.match
}

/** Decimal text compares only as a whole number: rates differ in the twelfth digit after the point. */
function picodollars(amount: string): bigint {
  const [whole = '0', fraction = ''] = amount.split('.')
  return BigInt(whole + fraction.slice(0, 12).padEnd(12, '0'))
}
