/** What has been begun, to be ended in the opposite order, each whatever became of the others. */
export class Undo {
  readonly #steps: (() => unknown)[] = []

  later<T>(part: T, end: (part: T) => unknown): T {
    this.#steps.push(() => end(part))
    return part
  }

  async all(): Promise<void> {
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await step()
      } catch {
        // The node is going; a part that cannot end in good order must not keep the others from it.
      }
    }
  }
}
