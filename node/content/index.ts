export { type Arriving, Contents, type ContentsOptions } from './contents.ts'
export { startRehash } from './rehash.ts'
