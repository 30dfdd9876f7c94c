/** `node dist/node/images/build-main.js OUT [PACKAGES]`: makes the image debian-mini in the folder OUT. */
import { buildDebianMini } from './build.ts'
import { ImageError } from './image-error.ts'

const [outDir, packagesDir] = process.argv.slice(2)

if (outDir === undefined) {
  console.error('Name the folder for images: build-main.js OUT [PACKAGES]')
  process.exitCode = 2
} else {
  try {
    const options = packagesDir === undefined ? { outDir } : { outDir, packagesDir }
    const { folder, manifest } = await buildDebianMini(options)
    const packages = manifest.packages.map(({ name, version }) => `${name} ${version}`).join(', ')
    console.log(`${manifest.name} ${manifest.hash} in ${folder}, from ${packages}`)
  } catch (error) {
    if (!(error instanceof ImageError)) throw error
    console.error(`${error.code}: ${error.message}`)
    process.exitCode = 1
  }
}
