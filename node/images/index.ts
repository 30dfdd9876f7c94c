export { type BuildOptions, type BuiltImage, buildDebianMini } from './build.ts'
export { ImageError, type ImageErrorCode } from './image-error.ts'
export { createImageStore } from './store.ts'
