export { createFileAtomic, syncDirectory, writeFileAtomic } from './atomic-file.ts'
