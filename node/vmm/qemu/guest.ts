import { readFile } from 'node:fs/promises'
import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { Uuid } from '../../../ledger/index.ts'
import { VmmError } from '../vmm.ts'
import { awaitExit, lastWords, launchDetached } from './process.ts'
import { QmpClient, type QmpEvent } from './qmp-client.ts'
import { fieldsOf, textOf } from './qmp-codec.ts'
import type { RunFolder } from './run-folder.ts'
import { SerialLine } from './serial-line.ts'
import { connectPatiently, connectUnix } from './unix-socket.ts'

/** Loading QEMU and its firmware takes a tenth of a second; on a starved host some seconds. */
const LAUNCH_PATIENCE_MS = 30_000

/** QEMU writes out its disk when it quits. */
const QUIT_PATIENCE_MS = 20_000

/** A guest that has not loaded its power button's driver yet does not hear a single press. */
const PRESS_EVERY_MS = 2000

export type GoneReason = 'powered-off' | 'died'

export interface GuestPlace {
  readonly machine: Uuid
  readonly run: RunFolder
  /** Kept output of the serial port. */
  readonly serialFile: string
  /** QEMU's own words. */
  readonly logFile: string
}

/**
 * One QEMU process and our three connections to it.
 *
 *     launch, adopt --> connected --quit, guest powers off--> quitting --> gone
 *                           `------------ process dies ---------------> gone
 */
export class Guest {
  /** Resolves once the process is gone and its files are free. Never rejects. */
  readonly gone: Promise<GoneReason>
  /** Set by who ends a guest on purpose: its end is then not news. */
  isDismissed = false
  readonly qmp: QmpClient
  readonly #place: GuestPlace
  readonly #serial: SerialLine
  readonly #pid: number
  #hasPoweredOff: boolean
  #poweredOff: () => void = () => {}
  readonly #powerOff: Promise<void>
  #isLetGo = false

  private constructor(place: GuestPlace, pid: number, qmp: QmpClient, serial: SerialLine) {
    this.#place = place
    this.#pid = pid
    this.qmp = qmp
    this.#serial = serial
    this.#hasPoweredOff = false
    this.#powerOff = new Promise(resolve => {
      this.#poweredOff = resolve
    })
    qmp.onEvent(event => this.#hear(event))
    this.gone = this.#end()
  }

  /** Starts QEMU and waits until it can be talked to. */
  static async launch(
    program: string,
    words: readonly string[],
    place: GuestPlace
  ): Promise<Guest> {
    const launched = await launchDetached(program, words, place.logFile)
    try {
      const socket = await connectPatiently(place.run.qmp, LAUNCH_PATIENCE_MS, launched.hasExited)
      return await Guest.#connect(place, launched.pid, await QmpClient.open(socket))
    } catch (cause) {
      await awaitExit(launched.pid, place.machine, 0)
      const words = await lastWords(place.logFile)
      throw new VmmError('VMM_FAILED', `QEMU did not start: ${words}`, { cause })
    }
  }

  /** Finds a QEMU of an earlier process; undefined when none answers. */
  static async adopt(place: GuestPlace): Promise<Guest | undefined> {
    const pid = Number(await readFile(place.run.pid, 'utf8').catch(() => '0'))
    try {
      const qmp = await QmpClient.open(await connectUnix(place.run.qmp))
      return await Guest.#connect(place, pid, qmp)
    } catch {
      // What does not answer cannot be driven any more, and must not keep the disk locked.
      if (pid > 0) await awaitExit(pid, place.machine, 0)
      return undefined
    }
  }

  static async #connect(place: GuestPlace, pid: number, qmp: QmpClient): Promise<Guest> {
    const serial = await SerialLine.open(await connectUnix(place.run.serial), place.serialFile)
    return new Guest(place, pid, qmp, serial)
  }

  /** QEMU's word for what it is doing, e.g. `running`, `paused`, `inmigrate`. */
  async runState(): Promise<string> {
    return textOf(fieldsOf(await this.qmp.execute('query-status'))['status'])
  }

  async hasKvm(): Promise<boolean> {
    return fieldsOf(await this.qmp.execute('query-kvm'))['enabled'] === true
  }

  serialView(): Duplex {
    return this.#serial.view()
  }

  async display(): Promise<Duplex> {
    return await connectUnix(this.#place.run.display)
  }

  /** Presses the power button until the guest has powered off; false when it has not in time. */
  async powerDown(patienceMs: number): Promise<boolean> {
    for (const deadlineMs = Date.now() + patienceMs; Date.now() < deadlineMs; ) {
      if (this.#hasPoweredOff) return true
      // A guest that dies in between is down as well, which `gone` tells.
      await this.qmp.execute('system_powerdown').catch(() => {})
      const pause = Math.min(PRESS_EVERY_MS, deadlineMs - Date.now())
      const stopped = new AbortController()
      const waited = delay(pause, undefined, { signal: stopped.signal }).catch(() => {})
      await Promise.race([this.#powerOff, this.qmp.closed, waited])
      stopped.abort()
      if (this.#hasPoweredOff || this.qmp.isClosed) return true
    }
    return false
  }

  /** Ends the guest at once, its disk written out. */
  async quit(): Promise<void> {
    this.isDismissed = true
    await this.qmp.execute('quit').catch(() => {})
    await this.gone
  }

  /** Drops the connections and leaves the guest running. */
  async letGo(): Promise<void> {
    this.isDismissed = true
    this.#isLetGo = true
    this.qmp.end()
    this.#serial.end()
    await this.#serial.closed
  }

  async lastWords(): Promise<string> {
    return await lastWords(this.#place.logFile)
  }

  #hear(event: QmpEvent): void {
    // `-no-shutdown` keeps QEMU there until it is told to quit, so that this word is never lost.
    if (event.name !== 'SHUTDOWN' || event.data['guest'] !== true) return
    this.#hasPoweredOff = true
    this.#poweredOff()
    this.qmp.execute('quit').catch(() => {})
  }

  async #end(): Promise<GoneReason> {
    await this.qmp.closed
    if (!this.#isLetGo) {
      await awaitExit(this.#pid, this.#place.machine, QUIT_PATIENCE_MS).catch(() => {})
      await this.#serial.closed
    }
    return this.#hasPoweredOff ? 'powered-off' : 'died'
  }
}
