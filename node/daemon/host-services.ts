import { readPhysicalFacts } from '../host-facts/index.ts'
import type { HostBooks } from '../host-records/index.ts'
import type { Identity } from '../identity/index.ts'
import type { HostServices } from '../service/index.ts'
import type { Vmm } from '../vmm/index.ts'

/** What adding this physical machine to the market needs of it. */
export function hostServices(options: {
  readonly dataDir: string
  readonly vmm: Vmm
  readonly identity: Identity
  readonly books: HostBooks
}): HostServices {
  return {
    async facts() {
      const [physical, vmm] = await Promise.all([
        readPhysicalFacts(options.dataDir),
        options.vmm.describe()
      ])
      return { ...physical, vmm: vmm.version, accelerator: vmm.accelerator }
    },
    nodeKey: options.identity.node,
    saveTerms: terms => options.books.saveTerms(terms)
  }
}
