/** The worlds that were seen, in the order in which they were, and how each was come to. Four numbers are a world. */
export const FIELDS = 4

export class Worlds {
  count = 0
  #rows = new Int32Array(FIELDS << 12)
  #from = new Int32Array(1 << 12)
  #move = new Int32Array(1 << 12)
  /** Open addressing; row + 1, 0 where nothing is. */
  #table = new Int32Array(1 << 14)

  /** Field `at` of the world `row`. */
  field(row: number, at: number): number {
    return this.#rows[row * FIELDS + at] ?? 0
  }

  fromOf(row: number): number {
    return this.#from[row] ?? -1
  }

  moveOf(row: number): number {
    return this.#move[row] ?? 0
  }

  /** False if it was there. */
  add(a: number, b: number, c: number, d: number, from: number, move: number): boolean {
    const slot = this.#slotOf(a, b, c, d)
    if (this.#table[slot] !== 0) return false
    if (this.count === this.#from.length) this.#growRows()
    const row = this.count++
    const at = row * FIELDS
    this.#rows[at] = a
    this.#rows[at + 1] = b
    this.#rows[at + 2] = c
    this.#rows[at + 3] = d
    this.#from[row] = from
    this.#move[row] = move
    this.#table[slot] = row + 1
    if (this.count * 2 > this.#table.length) this.#growTable()
    return true
  }

  #slotOf(a: number, b: number, c: number, d: number): number {
    const mask = this.#table.length - 1
    let hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b)
    hash ^= Math.imul(c, 0xc2b2ae35) ^ Math.imul(d, 0x27d4eb2f)
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
    hash ^= hash >>> 13
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = this.#table[slot] ?? 0
      if (entry === 0) return slot
      const at = (entry - 1) * FIELDS
      const rows = this.#rows
      if (rows[at] === a && rows[at + 1] === b && rows[at + 2] === c && rows[at + 3] === d)
        return slot
    }
  }

  #growRows(): void {
    this.#rows = widened(this.#rows)
    this.#from = widened(this.#from)
    this.#move = widened(this.#move)
  }

  #growTable(): void {
    this.#table = new Int32Array(this.#table.length * 2)
    for (let row = 0; row < this.count; row++) {
      const [a, b, c, d] = [0, 1, 2, 3].map(at => this.field(row, at))
      this.#table[this.#slotOf(a ?? 0, b ?? 0, c ?? 0, d ?? 0)] = row + 1
    }
  }
}

function widened(before: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const after = new Int32Array(before.length * 2)
  after.set(before)
  return after
}
