import type { Duplex } from 'node:stream'
import type { Uuid } from '../../ledger/index.ts'
import {
  CONSOLES_MAX,
  type ConsoleChannel,
  type ConsoleRefusal,
  ConsoleRefused,
  type ConsoleRequest,
  judgeConsoleOpen,
  receiveConsole
} from '../../protocols/console/index.ts'
import type { Clock } from '../clock.ts'
import type { Network, Remote } from '../network/index.ts'
import type { Replica } from '../replica/index.ts'
import { type Vmm, VmmError } from '../vmm/index.ts'

export interface ConsoleHolderOptions {
  readonly network: Network
  readonly replica: Replica
  readonly vmm: Vmm
  readonly clock: Clock
}

interface OpenView {
  readonly channel: ConsoleChannel
  readonly guest: Duplex
}

/** Nonces remembered: far more than consoles can be opened in the minute that a permission lives. */
const NONCES_MAX = 10_000

/**
 * The holder's side of `console`: bytes of one machine, for the owner's own peer only. A new view takes the
 * place of the old one of the same kind (2004 text, 6.1.8), and no port is opened for it.
 */
export async function serveConsoles(options: ConsoleHolderOptions): Promise<void> {
  const views = new Map<string, OpenView>()
  const nonces = new Set<string>()
  await options.network.serve('console', async (stream, remote) => {
    const request = await receiveConsole(stream)
    const refusal = judge(options, request, remote, nonces) ?? tooMany(views, request)
    if (refusal !== null) return request.refuse(refusal)
    remember(nonces, request.permission.open.nonce)
    await show(options, views, request)
  })
}

async function show(
  { vmm }: ConsoleHolderOptions,
  views: Map<string, OpenView>,
  request: ConsoleRequest
): Promise<void> {
  const { machine, kind } = request.permission.open
  const place = viewKey(machine, kind)
  let guest: Duplex
  try {
    guest = await vmm.console(machine, kind)
  } catch (error) {
    return request.refuse(refusalFrom(error))
  }
  const channel = await request.accept()
  const before = views.get(place)
  const view: OpenView = { channel, guest }
  views.set(place, view)
  if (before !== undefined) {
    before.guest.destroy()
    await before.channel.close({
      code: 'REPLACED',
      message: 'a newer view took the place of this one'
    })
  }
  const ended = await relay(channel, guest)
  if (views.get(place) === view) views.delete(place)
  guest.destroy()
  await channel.close(
    ended === 'guest' ? { code: 'ENDED', message: 'the machine is no longer running' } : undefined
  )
}

/** Bytes both ways until one side ends; tells which. Each side waits for the other to take its bytes. */
async function relay(channel: ConsoleChannel, guest: Duplex): Promise<'guest' | 'owner'> {
  const fromGuest = (async (): Promise<'guest'> => {
    for await (const bytes of guest) await channel.send(bytes as Uint8Array)
    return 'guest'
  })()
  const fromOwner = (async (): Promise<'owner'> => {
    for (;;) {
      const bytes = await channel.receive()
      if (bytes === null) return 'owner'
      if (!guest.write(bytes)) await drained(guest)
    }
  })()
  fromGuest.catch(() => undefined)
  fromOwner.catch(() => undefined)
  return Promise.race([
    fromGuest.catch(() => 'guest' as const),
    fromOwner.catch(() => 'owner' as const)
  ])
}

function drained(guest: Duplex): Promise<void> {
  return new Promise(resolve => {
    const done = (): void => {
      guest.off('drain', done)
      guest.off('close', done)
      resolve()
    }
    guest.on('drain', done)
    guest.on('close', done)
  })
}

function judge(
  { replica, clock }: ConsoleHolderOptions,
  request: ConsoleRequest,
  remote: Remote,
  nonces: ReadonlySet<string>
): ConsoleRefusal | null {
  const state = replica.state()
  return judgeConsoleOpen(request.permission, {
    network: replica.network,
    crypto: replica.context.crypto,
    nowMs: clock.nowMs(),
    peer: remote.peer,
    owner(uuid) {
      const machine = state.machine(uuid)
      const account = machine === undefined ? undefined : state.account(machine.owner)
      return account === undefined ? undefined : { id: account.id, key: account.key }
    },
    nonceUsed: nonce => nonces.has(nonce)
  })
}

function tooMany(
  views: ReadonlyMap<string, OpenView>,
  request: ConsoleRequest
): ConsoleRefusal | null {
  const { machine, kind } = request.permission.open
  if (views.size < CONSOLES_MAX || views.has(viewKey(machine, kind))) return null
  return {
    code: 'TOO_MANY_CONSOLES',
    message: `${CONSOLES_MAX} consoles are open on this host already`
  }
}

function viewKey(machine: Uuid, kind: string): string {
  return `${machine}/${kind}`
}

function remember(nonces: Set<string>, nonce: string): void {
  nonces.add(nonce)
  if (nonces.size <= NONCES_MAX) return
  const [oldest] = nonces
  if (oldest !== undefined) nonces.delete(oldest)
}

function refusalFrom(error: unknown): ConsoleRefusal {
  if (error instanceof ConsoleRefused) return error.refusal
  if (error instanceof VmmError && (error.code === 'WRONG_STATUS' || error.code === 'ABSENT')) {
    return { code: 'NOT_RUNNING', message: error.message }
  }
  const message = error instanceof Error ? error.message : String(error)
  return { code: 'INTERNAL', message }
}
