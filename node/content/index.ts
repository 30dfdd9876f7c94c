export { type Arriving, Contents, type ContentsOptions } from './contents.ts'
