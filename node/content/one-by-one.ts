/** Work on one thing happens one piece after the other; on different things at the same time. */
export class OneByOne<Key> {
  readonly #last = new Map<Key, Promise<unknown>>()

  async take<T>(key: Key, work: () => Promise<T>): Promise<T> {
    const mine = (this.#last.get(key) ?? Promise.resolve()).then(work)
    // The next one waits for this one's end, however it ends.
    const ended = mine.catch(() => {})
    this.#last.set(key, ended)
    try {
      return await mine
    } finally {
      if (this.#last.get(key) === ended) this.#last.delete(key)
    }
  }
}
