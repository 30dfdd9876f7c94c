import type { NodeStatus } from '../../../node/client.ts'
import type { Context } from '../../cli/index.ts'
import { formatBytes, formatDuration, formatFields, formatTime } from '../../format/index.ts'

export async function showStatus(context: Context): Promise<void> {
  const status = await context.call('node.status', {})
  context.output.result({ json: status, text: () => describeStatus(status) })
}

function describeStatus(status: NodeStatus): string {
  const { ledger, account } = status
  return formatFields([
    ['Node', status.name],
    ['Version', status.version],
    [
      'Process',
      `${status.pid}, up ${formatDuration(status.uptimeMs)}, ${formatBytes(status.rssBytes)}`
    ],
    ['Data', status.dataDir],
    ['Roles', status.roles.join(', ')],
    ['Network', `${status.networkName}  ${status.network}${status.dev ? '  DEVELOPMENT' : ''}`],
    ['Peer', status.peer],
    ['Addresses', status.addresses.join(' ')],
    ['Peers', String(status.peers)],
    ['Offers heard', String(status.offers)],
    [
      'Ledger',
      `${ledger.kind}, height ${ledger.height} of ${formatTime(ledger.timeMs)}${ledger.behind ? ', catching up' : ''}`
    ],
    ['State root', ledger.stateRoot],
    [
      'Account',
      account === null ? 'none' : `${account.name} (${account.kind}), $ ${account.balance}`
    ],
    ['Hosts', status.hosts.join(', ')]
  ])
}
