import type { Hash, Signer, Uuid } from '../../ledger/index.ts'
import type { Clock } from '../clock.ts'
import type { Contents } from '../content/index.ts'
import type { HostMachine, MoveJournals } from '../host-records/index.ts'
import type { Network } from '../network/index.ts'
import type { Replica, Submitter } from '../replica/index.ts'
import type { SideOffers, SideThread } from '../side-channel/index.ts'
import type { Packer, Throttle } from '../transfer/index.ts'
import type { Vmm } from '../vmm/index.ts'

/** What both sides of a move on one host work with. */
export interface MoveOptions {
  readonly host: Uuid
  readonly key: Signer
  readonly network: Network
  readonly replica: Replica
  readonly submitter: Submitter
  readonly clock: Clock
  readonly vmm: Vmm
  readonly contents: Contents
  readonly packer: Packer
  /** Bandwidth limits of this host, over all its moves. */
  readonly upload: Throttle
  readonly download: Throttle
  /** Connections of their own for blocks: this host's offers, and the thread that takes others'. */
  readonly sideOffers: SideOffers | null
  readonly sideThread: SideThread
  readonly records: { machine(uuid: Uuid): Promise<HostMachine | undefined> }
  readonly journals: MoveJournals
  readonly images: () => Promise<readonly Hash[]>
  /** Older versions of other machines go while an arriving one finds no room. */
  readonly withRoom: <T>(work: () => Promise<T>) => Promise<T>
  /** Brings the host's own record of a machine in line with the ledger. */
  readonly settled: (machine: Uuid) => Promise<void>
  readonly log: (message: string, fields?: Record<string, string>) => void
}
