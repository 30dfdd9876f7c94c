export { EXPORT_CODES, type ExportCode, ExportError, type ExportPart } from './faults.ts'
export { type OpenExport, readExport } from './read.ts'
export { writeExport } from './write.ts'
