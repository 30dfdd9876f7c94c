import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Uuid } from '../../../ledger/index.ts'
import { renameDurably, syncFile } from './durable.ts'
import { MachineFolder } from './machine-folder.ts'
import { makePrivateFolder } from './run-folder.ts'

const UUID_LENGTH = 36
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * All machines of a host on disk. A machine is made in `incoming` and moved into `machines` in one rename; an
 * older copy stands in `replaced` meanwhile. After a crash at any point either the old or the new one is in
 * `machines` once `clean` has run.
 */
export class MachineFolders {
  readonly root: string
  #count = 0

  constructor(root: string) {
    this.root = root
  }

  /** Makes the folders, brings back what a crash left in `replaced`, sorts what it left in `incoming`. */
  async clean(): Promise<void> {
    await makePrivateFolder(this.root)
    for (const name of ['machines', 'replaced', 'incoming', 'deleted']) {
      await mkdir(join(this.root, name), { recursive: true, mode: 0o700 })
    }
    const here = new Set(await this.list())
    for (const uuid of await readdir(join(this.root, 'replaced'))) {
      if (!here.has(uuid)) await rename(this.#replaced(uuid), this.machine(uuid).folder)
    }
    await syncFile(join(this.root, 'machines'))
    for (const name of ['replaced', 'deleted']) await this.#empty(name)
    for (const name of await readdir(join(this.root, 'incoming'))) {
      await this.#leave(name)
    }
  }

  /** What a crash left of a machine on its way here keeps one name, by which it can be taken up again. */
  async #leave(name: string): Promise<void> {
    const from = join(this.root, 'incoming', name)
    const uuid = name.slice(0, UUID_LENGTH)
    if (name === uuid && UUID.test(uuid)) return
    if (UUID.test(uuid) && !(await this.leftovers()).includes(uuid)) {
      await rename(from, join(this.root, 'incoming', uuid))
    } else await rm(from, { recursive: true, force: true })
  }

  /** Machines on their way here before the last start. */
  async leftovers(): Promise<readonly Uuid[]> {
    return (await readdir(join(this.root, 'incoming'))).filter(name => UUID.test(name)).sort()
  }

  /** The folder of such a machine, under a name that no other receive will get. */
  async takeLeftover(uuid: Uuid): Promise<MachineFolder | undefined> {
    if (!(await this.leftovers()).includes(uuid)) return undefined
    this.#count += 1
    const folder = join(this.root, 'incoming', `${uuid}-${this.#count}`)
    await rename(join(this.root, 'incoming', uuid), folder)
    return new MachineFolder(folder)
  }

  async dropLeftover(uuid: Uuid): Promise<void> {
    const left = await this.takeLeftover(uuid)
    if (left !== undefined) await rm(left.folder, { recursive: true, force: true })
  }

  async list(): Promise<readonly Uuid[]> {
    return (await readdir(join(this.root, 'machines'))).filter(name => UUID.test(name)).sort()
  }

  machine(uuid: Uuid): MachineFolder {
    if (!UUID.test(uuid)) throw new Error(`${uuid} is not a UUID in its canonical form.`)
    return new MachineFolder(join(this.root, 'machines', uuid))
  }

  /** An empty folder for a machine on its way here. */
  async makeIncoming(uuid: Uuid): Promise<MachineFolder> {
    this.#count += 1
    const folder = join(this.root, 'incoming', `${uuid}-${this.#count}`)
    await mkdir(folder, { mode: 0o700 })
    return new MachineFolder(folder)
  }

  /** Puts a complete machine in its place; every file in it has been synced. */
  async putInPlace(uuid: Uuid, incoming: MachineFolder): Promise<void> {
    const place = this.machine(uuid).folder
    await syncFile(incoming.folder)
    if ((await this.list()).includes(uuid)) {
      await rm(this.#replaced(uuid), { recursive: true, force: true })
      await renameDurably(place, this.#replaced(uuid))
    }
    await renameDurably(incoming.folder, place)
    await rm(this.#replaced(uuid), { recursive: true, force: true })
  }

  /** Gone in one rename, so that a crash on the way does not leave half a machine. */
  async delete(uuid: Uuid): Promise<void> {
    this.#count += 1
    const away = join(this.root, 'deleted', `${uuid}-${this.#count}`)
    await renameDurably(this.machine(uuid).folder, away)
    await rm(away, { recursive: true, force: true })
  }

  #replaced(uuid: Uuid): string {
    return join(this.root, 'replaced', uuid)
  }

  async #empty(name: string): Promise<void> {
    for (const entry of await readdir(join(this.root, name))) {
      await rm(join(this.root, name, entry), { recursive: true, force: true })
    }
  }
}
