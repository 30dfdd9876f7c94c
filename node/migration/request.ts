import {
  type MoveRequest,
  type RequesterStep,
  recoverRequester,
  startRequester
} from '../../protocols/vmmp/index.ts'
import { peerTextOf } from '../network/index.ts'
import { OrderRefused } from '../owner/index.ts'
import { bestOf, queryMethods } from './query-methods.ts'
import {
  type Beginning,
  type MoveReport,
  type MoveWish,
  RequestDriver,
  type RequestOptions
} from './request-driver.ts'

/** Moves a machine of ours; resolves when the ledger says that it has arrived, throws `OrderRefused` if not. */
export async function moveMachine(
  options: RequestOptions,
  wish: MoveWish,
  report: MoveReport
): Promise<void> {
  const asked = await moveRequest(options, wish, report.signal)
  const begin = (nowMs: number): RequesterStep => startRequester(asked, nowMs)
  await new RequestDriver(options, wish, report, begin).run()
}

/**
 * Goes on with a move of ours that the ledger holds open and whose requester, this node, was restarted. Which method
 * was asked for nobody knows any more: a destination that has not begun is asked for its best.
 */
export async function resumeMove(
  options: RequestOptions,
  wish: Pick<MoveWish, 'machine' | 'destination'>,
  report: MoveReport
): Promise<void> {
  report.step('taking up the move after a restart')
  const offered = await queryMethods(options, wish.machine.uuid, wish.destination.uuid)
  const asked = await moveRequest(options, wish, report.signal)
  const recover: Beginning = nowMs => recoverRequester(asked, bestOf(offered), nowMs)
  await new RequestDriver(options, { ...wish, terms: null }, report, recover).run()
}

async function moveRequest(
  { network, ledger, addressesOf }: RequestOptions,
  { machine }: Pick<MoveWish, 'machine'>,
  signal: AbortSignal
): Promise<MoveRequest> {
  const uuid = machine.holder
  const holder = uuid === null ? undefined : await ledger.read(state => state.host(uuid), signal)
  if (holder === undefined) throw new OrderRefused('ILLEGAL_STATE', 'no host holds this machine')
  return {
    machine: machine.uuid,
    version: machine.version,
    origin: {
      peer: peerTextOf(holder.key),
      address: addressesOf(holder.uuid)[0] ?? '/ip4/0.0.0.0'
    },
    requester: { peer: network.peer, address: network.addresses()[0] ?? '/ip4/0.0.0.0' }
  }
}
