import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Uuid } from '../../../ledger/index.ts'
import { renameDurably, syncFile } from './durable.ts'
import { MachineFolder } from './machine-folder.ts'
import { makePrivateFolder } from './run-folder.ts'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * All machines of a host on disk. A machine is made in `making` or arrives in `incoming` and is moved into
 * `machines` in one rename; an older copy stands in `replaced` meanwhile. A half copy stays in `incoming`. After a crash at any point either the old or the new one is in
 * `machines` once `clean` has run.
 */
export class MachineFolders {
  readonly root: string
  #count = 0

  constructor(root: string) {
    this.root = root
  }

  /** Makes the folders, brings back what a crash left in `replaced`, removes half copies. */
  async clean(): Promise<void> {
    await makePrivateFolder(this.root)
    for (const name of ['machines', 'replaced', 'incoming', 'making', 'deleted']) {
      await mkdir(join(this.root, name), { recursive: true, mode: 0o700 })
    }
    const here = new Set(await this.list())
    for (const uuid of await readdir(join(this.root, 'replaced'))) {
      if (!here.has(uuid)) await rename(this.#replaced(uuid), this.machine(uuid).folder)
    }
    await syncFile(join(this.root, 'machines'))
    for (const name of ['replaced', 'making', 'deleted']) await this.#empty(name)
  }

  async list(): Promise<readonly Uuid[]> {
    return (await readdir(join(this.root, 'machines'))).filter(name => UUID.test(name)).sort()
  }

  machine(uuid: Uuid): MachineFolder {
    if (!UUID.test(uuid)) throw new Error(`${uuid} is not a UUID in its canonical form.`)
    return new MachineFolder(join(this.root, 'machines', uuid))
  }

  /** An empty folder for a machine that is being created. */
  async make(uuid: Uuid): Promise<MachineFolder> {
    this.#count += 1
    const folder = join(this.root, 'making', `${uuid}-${this.#count}`)
    await mkdir(folder, { mode: 0o700 })
    return new MachineFolder(folder)
  }

  /** Machines of which half a copy is here. */
  async leftovers(): Promise<readonly Uuid[]> {
    return (await readdir(join(this.root, 'incoming'))).filter(name => UUID.test(name)).sort()
  }

  /** Where a machine on its way here is written, whether or not something is there. */
  incoming(uuid: Uuid): MachineFolder {
    if (!UUID.test(uuid)) throw new Error(`${uuid} is not a UUID in its canonical form.`)
    return new MachineFolder(join(this.root, 'incoming', uuid))
  }

  /** The same, emptied. */
  async emptyIncoming(uuid: Uuid): Promise<MachineFolder> {
    await this.removeIncoming(uuid)
    const incoming = this.incoming(uuid)
    await mkdir(incoming.folder, { mode: 0o700 })
    return incoming
  }

  async removeIncoming(uuid: Uuid): Promise<void> {
    await rm(this.incoming(uuid).folder, { recursive: true, force: true })
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
