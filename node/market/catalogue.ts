import type { Configuration, Hash } from '../../ledger/index.ts'

/** One row of "browse machines" (2004 text, figure 6). */
export interface CatalogueItem {
  readonly configuration: Configuration
  /** It comes with an operating system on its disk. */
  readonly preconfigured: boolean
}

/** What the catalogue must know of an image in the node's image store. */
export interface KnownImage {
  readonly name: string
  readonly hash: Hash
}

export const DEBIAN_MINI_NAME = 'debian-mini'

const LARGE = { speed: 4000, memoryMb: 64, storageMb: 100 } as const
const SMALL = { speed: 2000, memoryMb: 32, storageMb: 50 } as const

/** The ten standard configurations of the 2004 text, figure 6: five systems in two sizes, blank disks. */
const STANDARD: readonly Configuration[] = [
  standard('Configuration1', 'win98', LARGE),
  standard('Configuration2', 'win98', SMALL),
  standard('Configuration3', 'win2000Pro', LARGE),
  standard('Configuration4', 'win2000Pro', SMALL),
  standard('Configuration5', 'freeBSD', LARGE),
  standard('Configuration6', 'freeBSD', SMALL),
  standard('Configuration7', 'Other', LARGE),
  standard('Configuration8', 'Other', SMALL),
  standard('Configuration9', 'linux', LARGE),
  standard('Configuration10', 'linux', SMALL)
]

/** What each preconfigured image is sold as; an image whose name is not here is not in the catalogue. */
const PRECONFIGURED: readonly Omit<Configuration, 'image'>[] = [
  {
    name: DEBIAN_MINI_NAME,
    processor: 'x86-64',
    os: 'linux',
    speed: 1000,
    memoryMb: 128,
    storageMb: 100
  }
]

/**
 * The standard configurations, then those preconfigured ones whose image is among `images`: without its
 * content hash nobody could say which bytes were bought.
 */
export function catalogue(images: readonly KnownImage[]): readonly CatalogueItem[] {
  const preconfigured = PRECONFIGURED.flatMap(recipe => {
    const image = images.find(known => known.name === recipe.name)
    return image === undefined
      ? []
      : [{ configuration: { ...recipe, image: image.hash }, preconfigured: true }]
  })
  return [
    ...STANDARD.map(configuration => ({ configuration, preconfigured: false })),
    ...preconfigured
  ]
}

function standard(
  name: string,
  os: string,
  size: Pick<Configuration, 'speed' | 'memoryMb' | 'storageMb'>
): Configuration {
  return { name, processor: 'Pentium3', os, ...size, image: null }
}
