import type { AccountView } from '../../../node/client.ts'
import {
  type Column,
  clean,
  formatDays,
  formatDollars,
  formatSeconds,
  formatTable
} from '../../format/index.ts'

type Row = AccountView['machines'][number]

/** Figure 22 and 23 of the 2004 text for a buyer; the income lines of figure 32 for a provider. */
export function describeAccount(account: AccountView): string {
  const head = `${clean(account.name)}  Current balance: ${formatDollars(account.balance)}  Account type: ${account.kind}`
  return account.kind === 'provider'
    ? [head, '', ...describeIncome(account)].join('\n')
    : [head, ...describeCosts(account)].join('\n')
}

function describeIncome(account: AccountView): readonly string[] {
  return [
    `Total current income: ${formatDollars(account.incomePerDay)} per day for storage`,
    `                      ${formatDollars(account.incomePerSecond)} per second of running machines`
  ]
}

function describeCosts(account: AccountView): readonly string[] {
  const { machines, runwayDays } = account
  const table = machines.length === 0 ? ['No machines yet.'] : [formatTable(COLUMNS, machines)]
  return [
    '',
    ...table,
    '',
    `Total current cost: ${formatDollars(account.costPerDay)} per day for storage`,
    `                    ${formatDollars(account.costPerSecond)} per second of running machines`,
    ...(runwayDays === null
      ? []
      : [`The balance lasts ${Math.floor(runwayDays)} days at this cost.`])
  ]
}

const COLUMNS: readonly Column<Row>[] = [
  { title: 'MACHINE', cell: row => row.name },
  { title: 'STATE', cell: row => row.state },
  { title: 'STORAGE COST', cell: row => storageCost(row) },
  { title: 'RUNNING COST', cell: row => runningCost(row) },
  {
    title: 'NEXT STORAGE DEBIT',
    align: 'right',
    cell: row => (row.storageDueInMs === null ? '-' : formatDays(row.storageDueInMs))
  },
  {
    title: 'NEXT RUNNING DEBIT',
    align: 'right',
    cell: row => (row.runningDueInMs === null ? 'not running' : formatSeconds(row.runningDueInMs))
  }
]

function storageCost({ contract }: Row): string {
  if (contract === null) return '-'
  return `${formatDollars(contract.storagePrice)} per ${contract.storagePeriodDays} days`
}

function runningCost({ contract }: Row): string {
  if (contract === null) return '-'
  return `${formatDollars(contract.runningPrice)} per ${contract.runningPeriodS} seconds`
}
