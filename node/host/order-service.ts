import {
  freeOf,
  type Hash,
  type MachineRecord,
  type SignedOffer,
  type SignedOrder,
  type SignedReceipt,
  type Signer,
  signAcceptance,
  type Uuid
} from '../../ledger/index.ts'
import {
  type AcceptOutcome,
  acceptRequest,
  type HostHandler,
  type OrderOutcome,
  type OrderProgress,
  type OrderRefusal,
  purgeRequest,
  type SignedAcceptRequest,
  type SignedPurgeRequest,
  UNCOUNTED
} from '../../protocols/order/index.ts'
import type { Clock } from '../clock.ts'
import type { Contents } from '../content/index.ts'
import type { Replica } from '../replica/index.ts'
import { isBehindOrder } from './behind-order.ts'
import type { CachedCopies } from './cached-copies.ts'
import { type DoorView, judgeImage, judgeOffer, judgeOrder } from './door.ts'
import type { ExecutionDriver } from './execution-driver.ts'
import type { MachineLocks } from './machine-locks.ts'

export interface OrderServiceOptions {
  readonly host: Uuid
  readonly key: Signer
  readonly replica: Replica
  readonly clock: Clock
  readonly executions: ExecutionDriver
  readonly locks: MachineLocks
  readonly cached: Pick<CachedCopies, 'purge'>
  readonly contents: Pick<Contents, 'boundRoot'>
  readonly standing: () => SignedOffer | null
  readonly images: () => Promise<readonly Hash[]>
  readonly methods: readonly string[]
  /** False until this node has caught up with the ledger after its start. */
  readonly ready: () => boolean
  /** How far the move of a machine to or from here is. */
  readonly watchMove: (
    machine: Uuid,
    progress: (news: OrderProgress) => void
  ) => Promise<OrderOutcome>
  /** The owner's receipt for a move to here. */
  readonly vouch: (machine: Uuid, receipt: SignedReceipt) => Promise<OrderOutcome>
}

const STARTING = ['LEDGER_BEHIND', 'this host has just started; try again in some seconds'] as const

/** What a host does about orders: judged at the door, one at a time for each machine. */
export function createOrderService(options: OrderServiceOptions): HostHandler {
  return {
    order: (signed, progress) => takeOrder(options, signed, progress),
    accept: request => accept(options, request),
    purge: request => purge(options, request),
    watchMove: (machine, progress) => options.watchMove(machine, progress),
    async vouch(machine, receipt) {
      // A move that this host's former run was at is not taken up yet.
      return options.ready() ? options.vouch(machine, receipt) : refused(...STARTING)
    },
    async query() {
      const host = options.replica.state().host(options.host)
      if (host === undefined) return refused('HOST_UNKNOWN', 'this host is not on the ledger yet')
      return {
        kind: 'host',
        host: options.host,
        images: await options.images(),
        methods: options.methods,
        free: freeOf(host)
      }
    }
  }
}

/** A host that follows a coordinator which has died looks for another one after 8 s. */
const BEHIND_MS = 15_000

async function judgeBehind(
  { replica }: OrderServiceOptions,
  wish: { readonly machine: Uuid; readonly version: number }
): Promise<OrderRefusal | null> {
  if (!(await isBehindOrder(replica, wish, AbortSignal.timeout(BEHIND_MS)))) return null
  const message = `this host has not seen version ${wish.version} of the machine yet; try again in some seconds`
  return { code: 'LEDGER_BEHIND', message }
}

async function takeOrder(
  options: OrderServiceOptions,
  signed: SignedOrder,
  progress: (news: OrderProgress) => void
): Promise<OrderOutcome> {
  const { machine } = signed.order
  if (!options.ready()) return refused(...STARTING)
  if (options.locks.busy(machine)) {
    return refused('BUSY', 'another order or a move of this machine is being carried out here')
  }
  const behind = await judgeBehind(options, signed.order)
  if (behind !== null) return { kind: 'refused', ...behind }
  return options.locks.hold(machine, async () => {
    // Judged inside the lock: what was under way a moment ago may have changed the machine's record.
    const refusal = judgeOrder(await doorView(options), signed)
    if (refusal !== null) return { kind: 'refused', ...refusal }
    const ended = await options.executions.execute(signed, step => progress({ step, ...UNCOUNTED }))
    if (ended.phase === 'refused') return { kind: 'refused', ...ended.why }
    return { kind: 'done', transaction: ended.phase === 'done' ? ended.transaction : null }
  })
}

/** Promises to take a machine in; the room is set aside when the owner's OPEN is on the ledger. */
async function accept(
  options: OrderServiceOptions,
  signed: SignedAcceptRequest
): Promise<AcceptOutcome> {
  const { replica } = options
  const { request } = signed
  const behind = await judgeBehind(options, request)
  if (behind !== null) return { kind: 'refused', ...behind }
  const state = replica.state()
  const machine = state.machine(request.machine)
  const owner = state.account(signed.owner)
  if (machine === undefined || owner === undefined || machine.owner !== owner.id) {
    return refused('NOT_OWNER', `machine ${request.machine} is not one of this owner's`)
  }
  if (!acceptRequest.verify(replica.context, signed, owner.key)) {
    return refused('ORDER_FORGED', 'the request is not signed by the owner')
  }
  if (machine.version !== request.version) {
    return refused(
      'STALE_VERSION',
      `the machine is at version ${machine.version}, not ${request.version}`
    )
  }
  const view = await doorView(options)
  const refusal =
    judgeOffer(view, request.offer) ??
    judgeImage(view, request.machine) ??
    (request.as === 'heir' ? await judgeCopy(options, machine) : null)
  if (refusal !== null) return { kind: 'refused', ...refusal }
  const acceptance = signAcceptance(
    replica.network,
    {
      machine: request.machine,
      version: request.version,
      destination: options.host,
      offer: replica.context.statements.offerHash(request.offer),
      expiryHeight: request.expiryHeight
    },
    options.key
  )
  return { kind: 'accepted', acceptance }
}

/**
 * An heir goes on with what was sealed last: nothing else may be in the machine's place. The ledger must retain the copy
 * here, because then nobody evicts it between this promise and the owner's word.
 */
async function judgeCopy(
  { contents, host }: OrderServiceOptions,
  { uuid, root, retained }: MachineRecord
): Promise<OrderRefusal | null> {
  const here = retained?.host === host ? await contents.boundRoot(uuid) : undefined
  if (here !== undefined && here === root) return null
  const what = here === undefined ? 'no copy' : 'another version'
  return { code: 'NO_COPY', message: `this host has ${what} of the machine as it was sealed last` }
}

/** The owner wants nothing of its machine left where it is not any more. */
async function purge(
  options: OrderServiceOptions,
  signed: SignedPurgeRequest
): Promise<OrderOutcome> {
  const { replica } = options
  const { machine, host, version } = signed.request
  const state = replica.state()
  const present = state.machine(machine)
  const owner = state.account(signed.owner)
  if (host !== options.host) {
    return refused('WRONG_HOST', `the request names host ${host}, this is ${options.host}`)
  }
  if (present === undefined || owner === undefined || present.owner !== owner.id) {
    return refused('NOT_OWNER', `machine ${machine} is not one of this owner's`)
  }
  if (!purgeRequest.verify(replica.context, signed, owner.key)) {
    return refused('ORDER_FORGED', 'the request is not signed by the owner')
  }
  if (present.version !== version) {
    return refused('STALE_VERSION', `the machine is at version ${present.version}, not ${version}`)
  }
  if (present.holder === options.host) {
    return refused('BUSY', 'the machine itself is here, and no older version: move or delete it')
  }
  const outcome = await options.cached.purge(machine)
  if (outcome !== 'needed') return { kind: 'done', transaction: null }
  return refused('BUSY', 'the machine is on its way to or from here; ask again when it is over')
}

async function doorView(options: OrderServiceOptions): Promise<DoorView> {
  const { replica } = options
  return {
    host: options.host,
    state: replica.state(),
    crypto: replica.context.crypto,
    statements: replica.context.statements,
    standing: options.standing(),
    images: new Set(await options.images()),
    nowMs: options.clock.nowMs()
  }
}

function refused(code: OrderRefusal['code'], message: string): { kind: 'refused' } & OrderRefusal {
  return { kind: 'refused', code, message }
}
