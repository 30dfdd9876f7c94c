/** Virtual time: what is to happen, in the order of its time and, where times are equal, of its planning. */
export class Clockwork {
  nowMs: number
  #planned = 0
  #heap: Entry[] = []

  constructor(nowMs: number) {
    this.nowMs = nowMs
  }

  /** Plans `act`; a time that has passed is now. */
  at(ms: number, act: () => void): void {
    this.#planned += 1
    const entry = { ms: Math.max(ms, this.nowMs), order: this.#planned, act }
    this.#heap.push(entry)
    this.#rise(this.#heap.length - 1)
  }

  after(ms: number, act: () => void): void {
    this.at(this.nowMs + ms, act)
  }

  /** Lets everything happen that is planned up to `endMs`, or until `over` says so. */
  run(endMs: number, over: () => boolean): void {
    for (let next = this.#heap[0]; next !== undefined && next.ms <= endMs; next = this.#heap[0]) {
      this.#takeFirst()
      this.nowMs = next.ms
      next.act()
      if (over()) return
    }
    this.nowMs = endMs
  }

  #takeFirst(): void {
    const last = this.#heap.pop()
    if (last === undefined || this.#heap.length === 0) return
    this.#heap[0] = last
    this.#sink()
  }

  #rise(from: number): void {
    for (let at = from; at > 0; ) {
      const above = (at - 1) >> 1
      if (!this.#swapIfLess(at, above)) return
      at = above
    }
  }

  #sink(): void {
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2]
      const least = isLess(this.#heap[right], this.#heap[left]) ? right : left
      if (!this.#swapIfLess(least, at)) return
      at = least
    }
  }

  #swapIfLess(below: number, above: number): boolean {
    const [lower, upper] = [this.#heap[below], this.#heap[above]]
    if (lower === undefined || upper === undefined || !isLess(lower, upper)) return false
    this.#heap[below] = upper
    this.#heap[above] = lower
    return true
  }
}

interface Entry {
  readonly ms: number
  readonly order: number
  readonly act: () => void
}

function isLess(a: Entry | undefined, b: Entry | undefined): boolean {
  if (a === undefined || b === undefined) return a !== undefined
  return a.ms === b.ms ? a.order < b.order : a.ms < b.ms
}
