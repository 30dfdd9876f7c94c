/** How far a transfer is, in bytes of content; `bytesSent` in bytes as they travelled. */
export interface TransferProgress {
  readonly bytesDone: number
  readonly bytesTotal: number
  /** Of `bytesDone`: blocks that were here already, and zeros. */
  readonly bytesReused: number
  readonly bytesSent: number
}

/** A state of the count, to come back to when some work must be done again. */
export interface ProgressMark {
  readonly done: number
  readonly reused: number
}

/** Counts the bytes of a transfer. */
export class ProgressMeter {
  readonly #bytesTotal: number
  #done = 0
  #reused = 0
  #sent = 0

  constructor(bytesTotal: number) {
    this.#bytesTotal = bytesTotal
  }

  /** Bytes that need not travel. */
  reused(bytes: number): void {
    this.#reused += bytes
    this.#done += bytes
  }

  /** Bytes of content that came as `sent` bytes. */
  arrived(bytes: number, sent: number): void {
    this.#sent += sent
    this.#done += bytes
  }

  mark(): ProgressMark {
    return { done: this.#done, reused: this.#reused }
  }

  /** What had come since the mark will be counted again; what travelled stays counted. */
  rewind(to: ProgressMark): void {
    this.#done = to.done
    this.#reused = to.reused
  }

  progress(): TransferProgress {
    return {
      bytesDone: this.#done,
      bytesTotal: this.#bytesTotal,
      bytesReused: this.#reused,
      bytesSent: this.#sent
    }
  }
}
