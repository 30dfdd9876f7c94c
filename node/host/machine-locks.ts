import type { Uuid } from '../../ledger/index.ts'

/** One thing at a time on one machine: an order, a fall and a move must not cross. */
export interface MachineLocks {
  hold<T>(machine: Uuid, work: () => Promise<T>): Promise<T>
  busy(machine: Uuid): boolean
}

export function createMachineLocks(): MachineLocks {
  const tails = new Map<Uuid, Promise<unknown>>()
  return {
    hold(machine, work) {
      const before = tails.get(machine) ?? Promise.resolve()
      const turn = before.then(work, work)
      const tail = turn.then(
        () => undefined,
        () => undefined
      )
      tails.set(machine, tail)
      void tail.then(() => {
        if (tails.get(machine) === tail) tails.delete(machine)
      })
      return turn
    },
    busy: machine => tails.has(machine)
  }
}
