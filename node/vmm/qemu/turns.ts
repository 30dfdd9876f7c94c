/** Work on one machine happens one piece after the other, in the order in which it was asked for. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve()

  async take<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work)
    // The next one waits for this one's end, however it ends.
    this.#last = mine.catch(() => {})
    return await mine
  }
}
