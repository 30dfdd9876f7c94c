import {
  type AgreementEffect,
  type CertifiedBlock,
  type CompactRange,
  decodeLogRecord,
  EMPTY_RANGE,
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
 * A coordinator's disk: the log of its votes as the real driver's bytes, synced where the core asks for it; and its store of
 * final blocks beside it, which is synced only before the log is cut. What is not synced at a crash may be there, in part, or
 * not.
 */
export class SimDisk {
  readonly blocks: CertifiedBlock[] = []
  /** After each block, the genesis' first. */
  readonly #tips: Tip[]
  /** Blocks that a crash cannot take away. */
  #synced = 0
  /** Of the snapshot that it began from. */
  baseHeight = 0
  #log: Buffer = Buffer.alloc(0)
  /** Bytes of the log that a crash cannot take away. */
  #logSynced = 0
  #kept: readonly LogRecord[] = []
  #unsynced: { readonly frame: Buffer; readonly write: Write } | null = null

  constructor(tip: Tip) {
    this.#tips = [tip]
  }

  get tip(): Tip {
    const tip = this.#tips.at(-1)
    if (tip === undefined) throw new Error('a chain begins with its genesis')
    return tip
  }

  /** Of the headers before the newest. */
  get logBefore(): CompactRange {
    return this.#tips.at(-2)?.log ?? EMPTY_RANGE
  }

  /** The store is gone, and the log is not: another disk. */
  lose(): void {
    const [first] = this.#tips
    if (first === undefined) throw new Error('a chain begins with its genesis')
    this.blocks.length = 0
    this.#tips.length = 0
    this.#tips.push(first)
    this.#synced = 0
    this.baseHeight = 0
  }

  /** Goes on from a snapshot. The blocks of another fill the places before, so that heights are places; none is served. */
  jump(tip: Tip, others: SimDisk): void {
    const { height } = tip.state
    this.blocks.splice(0, Number.POSITIVE_INFINITY, ...others.blocks.slice(0, height))
    this.#tips.splice(0, Number.POSITIVE_INFINITY, ...others.#tips.slice(0, height), tip)
    this.#synced = height
    this.baseHeight = height
    this.#kept = neededRecords(this.#kept, tip)
  }

  /** What is still needed of the log. */
  get kept(): readonly LogRecord[] {
    return this.#kept
  }

  /** A block that this seat only follows; it can ask for it again. */
  follow(certified: CertifiedBlock, tip: Tip): void {
    this.blocks.push(certified)
    this.#tips.push(tip)
    this.#kept = neededRecords(this.#kept, tip)
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
    if (pending.write.synced) this.#logSynced = this.#log.length
    this.#kept = [...this.#kept, ...pending.write.log]
    this.#store(pending.write)
    if (pending.write.records.length > 0) this.#cut()
  }

  /** The power goes: the log and the store lose what they had not synced, each in its own way. */
  crash(chance: Chance): void {
    const pending = this.#unsynced
    this.#unsynced = null
    if (chance.oneIn(2)) {
      // Whatever was written after the last sync goes as well, from any byte on.
      const left = chance.between(this.#logSynced, this.#log.length)
      this.#log = this.#log.subarray(0, left)
    } else if (pending !== null) {
      const { frame, write } = pending
      const torn = frame.subarray(0, chance.between(0, Math.max(0, frame.length - 1)))
      this.#append(chance.pick([frame, torn, Buffer.alloc(0)]))
      if (chance.oneIn(2)) this.#store(write)
    }
    const kept = chance.oneIn(2)
      ? this.blocks.length
      : chance.between(this.#synced, this.blocks.length)
    this.blocks.length = kept
    this.#tips.length = kept + 1
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
    this.#logSynced = end
    this.#kept = entries.map(decodeLogRecord)
    return this.#kept
  }

  #append(bytes: Buffer): void {
    this.#log = Buffer.concat([this.#log, bytes])
  }

  #store(write: Write): void {
    for (const { certified, tip } of write.records) {
      this.blocks.push(certified)
      this.#tips.push(tip)
    }
  }

  #cut(): void {
    this.#kept = neededRecords(this.#kept, this.tip)
    if (this.#log.length < CUT_BYTES) return
    this.#synced = this.blocks.length
    this.#log = encodeFrame(this.#kept.map(encodeLogRecord), 0)
    this.#logSynced = this.#log.length
  }
}
