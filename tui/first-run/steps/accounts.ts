import type { AccountView, AuditView, LedgerHead, OfferView } from '../../../node/client.ts'
import { check, checkEqual } from '../check.ts'
import { dollarsOf, picodollarsOf } from '../money.ts'
import { BUYER, CHEAP_HOST, DEAR_HOST, type Host, OBSERVER, PARTICIPANTS } from '../participants.ts'
import type { Scene } from '../scene.ts'
import { until } from '../until.ts'

const AGREEMENT_PATIENCE_MS = 30_000

/** Shape of debian-mini, which the prices are for. */
const SHAPE = { speed: 1000n, memoryMb: 128n, storageMb: 100n }

/** every node computes the same balances, and anyone can audit them. */
export async function settleAccounts(scene: Scene): Promise<void> {
  const { shell, say } = scene
  await checkBalances(scene)
  await checkAgreement(scene)
  await shell.show(OBSERVER, 'audit')
  const audit = await shell.ask<AuditView>(OBSERVER, 'audit')
  const broken = audit.invariants.filter(each => !each.ok).length
  check(
    say,
    'the observer replays everything and finds no fault',
    audit.ok && broken === 0,
    `${audit.invariants.length} invariants hold over ${audit.blocks} blocks`
  )
}

/**
 * One storage and one running period at each host: the machine was stored, started, moved (storage is
 * charged on arrival) and resumed once, all well within the periods.
 */
async function checkBalances(scene: Scene): Promise<void> {
  const { shell, seen, say } = scene
  const paid = new Map<string, bigint>()
  for (const host of [CHEAP_HOST, DEAR_HOST]) paid.set(host.owner, await priceOf(scene, host))
  const total = [...paid.values()].reduce((sum, each) => sum + each, 0n)
  for (const [name, before] of seen.balances) {
    const change = name === BUYER ? -total : (paid.get(name) ?? 0n)
    await shell.show(name, 'account', 'show')
    const account = await shell.ask<AccountView>(name, 'account', 'show')
    const expected = dollarsOf(picodollarsOf(before) + change)
    checkEqual(
      say,
      `${name} has, to the picodollar, $`,
      dollarsOf(picodollarsOf(account.balance)),
      expected
    )
  }
}

/** By the formula of the 2004 text from the prices that the host offers, not from what the node says it charged. */
async function priceOf({ shell }: Scene, host: Host): Promise<bigint> {
  const { offers } = await shell.ask<{ offers: OfferView[] }>(OBSERVER, 'offer', 'list')
  const prices = offers.find(offer => offer.name === host.name)?.prices
  if (prices === undefined) throw new Error(`the offer of ${host.name} is gone`)
  const perSecond =
    (SHAPE.speed * picodollarsOf(prices.speedPrice)) / BigInt(prices.speedUnit) +
    (SHAPE.memoryMb * picodollarsOf(prices.memoryPrice)) / BigInt(prices.memoryUnitMb)
  const perDay =
    (SHAPE.storageMb * picodollarsOf(prices.storagePrice)) / BigInt(prices.storageUnitMb)
  return perSecond * BigInt(prices.runningPeriodS) + perDay * BigInt(prices.storagePeriodDays)
}

async function checkAgreement({ shell, say }: Scene): Promise<void> {
  const names = PARTICIPANTS.map(each => each.name)
  const heads = await until(
    'every node holds the same state',
    AGREEMENT_PATIENCE_MS,
    () => Promise.all(names.map(name => shell.ask<LedgerHead>(name, 'ledger', 'head'))),
    all => new Set(all.map(head => head.stateRoot)).size === 1
  )
  await shell.show(OBSERVER, 'ledger', 'head')
  const root = heads[0]?.stateRoot
  checkEqual(say, `all ${names.length} nodes hold state root`, heads.at(-1)?.stateRoot, root)
}
