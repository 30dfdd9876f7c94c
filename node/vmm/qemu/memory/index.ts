export { UnknownStream } from './migration-reader.ts'
export { pageExtents } from './page-file.ts'
export { pagesStream } from './page-stream.ts'
export { savePages } from './page-writer.ts'
