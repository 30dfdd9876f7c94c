import type { Uuid } from '../../../ledger/index.ts'
import type { Vmm } from '../../../node/vmm/index.ts'

/** A VMM whose contents are read through a counter. */
export function countReads(vmm: Vmm): { readonly vmm: Vmm; readonly take: () => number } {
  let bytes = 0
  const counting = new Proxy(vmm, {
    get(target, name) {
      if (name === 'content') {
        return async (machine: Uuid) => {
          const content = await target.content(machine)
          const read: typeof content.read = async (part, offset, length) => {
            // The configuration is read at every seal; only what grows with the machine counts.
            if (part !== 'config') bytes += length
            return await content.read(part, offset, length)
          }
          return { ...content, read }
        }
      }
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    }
  })
  return {
    vmm: counting,
    take: () => {
      const taken = bytes
      bytes = 0
      return taken
    }
  }
}
