import {
  type AgreementEffect,
  type CertifiedBlock,
  decodeLogRecord,
  encodeLogRecord,
  type LogRecord,
  neededRecords,
  type Tip
} from '../../ledger/index.ts'
import { encodeFrame, scanFrames } from '../../node/wal/index.ts'
import type { Chance } from './chance.ts'

type Write = Extract<AgreementEffect, { type: 'persist' }>

/** Cut down much earlier than a real log, so that every run does it. */
const CUT_BYTES = 40_000

/**
 * A coordinator's disk: the log of its votes as the real driver's bytes, and its store of final blocks beside it,
 * each synced for itself. What is not synced at a crash may be there, in part, or not.
 */
export class SimDisk {
  tip: Tip
  readonly blocks: CertifiedBlock[] = []
  #log: Buffer = Buffer.alloc(0)
  #kept: readonly LogRecord[] = []
  #unsynced: { readonly frame: Buffer; readonly write: Write } | null = null

  constructor(tip: Tip) {
    this.tip = tip
  }

  begin(write: Write): void {
    const entries = write.log.map(encodeLogRecord)
    const frame = entries.length === 0 ? Buffer.alloc(0) : encodeFrame(entries, this.#log.length)
    this.#unsynced = { frame, write }
  }

  sync(): void {
    const pending = this.#unsynced
    if (pending === null) return
    this.#unsynced = null
    this.#append(pending.frame)
    this.#kept = [...this.#kept, ...pending.write.log]
    this.#store(pending.write)
    if (pending.write.records.length > 0) this.#cut()
  }

  /** The power goes: the log and the store lose what they had not synced, each in its own way. */
  crash(chance: Chance): void {
    const pending = this.#unsynced
    if (pending === null) return
    this.#unsynced = null
    const { frame, write } = pending
    const torn = frame.subarray(0, chance.between(0, Math.max(0, frame.length - 1)))
    this.#append(chance.pick([frame, torn, Buffer.alloc(0)]))
    if (chance.oneIn(2)) this.#store(write)
  }

  /** Bytes in the middle of the log change. False if it has no middle. */
  damage(chance: Chance): boolean {
    if (this.#log.length < 2_000) return false
    const bytes = Buffer.from(this.#log)
    const at = chance.between(0, 200)
    bytes[at] = (bytes[at] ?? 0) ^ 0xff
    this.#log = bytes
    return scanFrames(bytes).corruptBefore !== null
  }

  /** As the driver reads it at its start: a torn last write is cut off. null: damaged in the middle. */
  read(heedsDamage = true): readonly LogRecord[] | null {
    const { entries, end, corruptBefore } = scanFrames(this.#log)
    if (corruptBefore !== null && heedsDamage) return null
    this.#log = this.#log.subarray(0, end)
    this.#kept = entries.map(decodeLogRecord)
    return this.#kept
  }

  #append(bytes: Buffer): void {
    this.#log = Buffer.concat([this.#log, bytes])
  }

  #store(write: Write): void {
    for (const { certified, tip } of write.records) {
      this.blocks.push(certified)
      this.tip = tip
    }
  }

  #cut(): void {
    this.#kept = neededRecords(this.#kept, this.tip)
    if (this.#log.length < CUT_BYTES) return
    this.#log = encodeFrame(this.#kept.map(encodeLogRecord), 0)
  }
}
