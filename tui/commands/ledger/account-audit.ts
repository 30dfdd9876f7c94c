import type { AccountAudit } from '../../../node/index.ts'
import { type Column, formatId, formatTable, formatTime } from '../../format/index.ts'

export function describeAccount(account: AccountAudit): readonly string[] {
  const { transactions, proof } = account
  const good = transactions.filter(({ holds }) => holds).length
  return [
    `Account ${account.id}`,
    '',
    formatTable(MOVEMENTS, account.movements),
    '',
    formatTable(MACHINES, account.machines),
    '',
    formatTable(TRANSACTIONS, transactions),
    '',
    `${good} of ${transactions.length} transactions are proved under the headers of their blocks`,
    `The account's record is ${proof.holds ? '' : 'NOT '}proved under state root ${proof.stateRoot} in ${proof.bytes.length / 2} bytes (--json shows the proofs)`
  ]
}

const MOVEMENTS: readonly Column<AccountAudit['movements'][number]>[] = [
  { title: 'HEIGHT', cell: each => String(each.height), align: 'right' },
  { title: 'TIME', cell: each => formatTime(each.atMs) },
  { title: 'CHANGE $', cell: each => each.change, align: 'right' },
  { title: 'BALANCE $', cell: each => each.balance, align: 'right' },
  {
    title: 'CHARGED',
    cell: each =>
      each.charged.map(({ machine, amount }) => `${formatId(machine)} ${amount}`).join(', ')
  }
]

const MACHINES: readonly Column<AccountAudit['machines'][number]>[] = [
  { title: 'HEIGHT', cell: each => String(each.height), align: 'right' },
  { title: 'TIME', cell: each => formatTime(each.atMs) },
  { title: 'MACHINE', cell: each => `${each.name} ${formatId(each.machine)}` },
  { title: 'VERSION', cell: each => (each.version === null ? '' : String(each.version)) },
  { title: 'STATE', cell: each => each.state ?? 'gone' },
  { title: 'HOLDER', cell: each => (each.holder === null ? '' : formatId(each.holder)) }
]

const TRANSACTIONS: readonly Column<AccountAudit['transactions'][number]>[] = [
  { title: 'HEIGHT', cell: each => String(each.height), align: 'right' },
  { title: 'TRANSACTION', cell: each => each.type },
  { title: 'HASH', cell: each => formatId(each.hash) },
  { title: 'RESULT', cell: each => each.result ?? 'applied' },
  { title: 'PROVED', cell: each => (each.holds ? 'yes' : 'NO') }
]
