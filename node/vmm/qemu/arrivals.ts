import type { Uuid } from '../../../ledger/index.ts'
import { encodeConfig } from '../config-part.ts'
import { diskFullOr } from '../free-space.ts'
import { type ContentSink, VmmError } from '../vmm.ts'
import { type ArrivalPlan, baseMemory, beginArrival, isArrivalOf } from './arrival-folder.ts'
import type { MachineFolders } from './machine-folders.ts'
import type { QemuMachine } from './qemu-machine.ts'
import { openSink } from './sink.ts'

/** Where an arriving copy will be a machine. */
export interface ArrivalPlace {
  readonly machine: QemuMachine
  /** The older copy that is there now. */
  readonly older: QemuMachine | undefined
  /** Puts the folder in place and the machine in the older one's, when nothing speaks against it any more. */
  readonly replace: (putInPlace: () => Promise<void>) => Promise<void>
}

/** The copies on their way here, one per machine. */
export class Arrivals {
  readonly #folders: MachineFolders
  readonly #sinks = new Map<Uuid, ContentSink>()
  /** Machines whose sink is being made. */
  readonly #opening = new Set<Uuid>()

  constructor(folders: MachineFolders) {
    this.#folders = folders
  }

  /** A copy that is being written may lie on the files of the older one: throws WRONG_STATUS. */
  requireNone(machine: Uuid): void {
    if (!this.#isOpen(machine)) return
    const why = `A copy of machine ${machine} is being written; commit, leave or discard it first.`
    throw new VmmError('WRONG_STATUS', why)
  }

  async open(plan: ArrivalPlan, resume: boolean, place: ArrivalPlace): Promise<ContentSink> {
    const { uuid } = plan.spec
    this.requireNone(uuid)
    this.#opening.add(uuid)
    try {
      const resumed = resume && (await isArrivalOf(this.#folders.incoming(uuid), plan))
      if (!resumed) await beginArrival(await this.#folders.emptyIncoming(uuid), plan)
      return await this.#openSink(plan, resumed, place)
    } catch (error) {
      if (!resume) await this.#folders.removeIncoming(uuid)
      throw diskFullOr(error, this.#folders.root)
    } finally {
      this.#opening.delete(uuid)
    }
  }

  async leaveAll(): Promise<void> {
    for (const sink of this.#sinks.values()) await sink.leave()
  }

  async drop(machine: Uuid): Promise<void> {
    if (!this.#isOpen(machine)) await this.#folders.removeIncoming(machine)
  }

  async #openSink(
    plan: ArrivalPlan,
    resumed: boolean,
    { machine, older, replace }: ArrivalPlace
  ): Promise<ContentSink> {
    const { spec, parts, base, changing } = plan
    const { uuid } = spec
    const folder = this.#folders.incoming(uuid)
    const left = async (): Promise<void> => {
      this.#sinks.delete(uuid)
      await (older ?? machine).leaveRunFolder()
    }
    const end = {
      left,
      remove: async () => {
        if (this.#sinks.get(uuid) === sink) await this.#folders.removeIncoming(uuid)
        await left()
      },
      putInPlace: () =>
        replace(async () => {
          await this.#folders.putInPlace(uuid, folder)
          await left()
        })
    }
    await machine.makeRunFolder()
    const socketPath = machine.nextSocket()
    const baseConfig =
      base === 'cached' && older !== undefined ? encodeConfig(older.spec) : undefined
    const begun = { resumed, baseConfig, baseMemory: await baseMemory(plan) }
    const sink = await openSink({ spec, parts, changing, folder, socketPath, ...begun }, end)
    this.#sinks.set(uuid, sink)
    return sink
  }

  #isOpen(machine: Uuid): boolean {
    return this.#sinks.has(machine) || this.#opening.has(machine)
  }
}
