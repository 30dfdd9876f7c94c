import type { PeerView } from '../../../node/client.ts'
import type { Context } from '../../cli/index.ts'
import { type Column, formatTable } from '../../format/index.ts'

export async function listPeers(context: Context): Promise<void> {
  const answer = await context.call('node.peers', {})
  context.output.result({
    json: answer,
    text: () =>
      answer.peers.length === 0 ? 'No peers are connected.' : formatTable(COLUMNS, answer.peers)
  })
}

const COLUMNS: readonly Column<PeerView>[] = [
  { title: 'PEER', cell: peer => peer.peer },
  { title: 'DIRECTION', cell: peer => peer.direction },
  { title: 'ADDRESS', cell: peer => peer.addresses.join(' ') },
  { title: 'PROTOCOLS', align: 'right', cell: peer => String(peer.protocols.length) }
]
