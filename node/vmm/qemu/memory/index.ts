export { UnknownStream } from './migration-reader.ts'
export { pagesStream } from './page-stream.ts'
export { savePages } from './page-writer.ts'
