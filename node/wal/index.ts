export { crc32c } from './crc32c.ts'
export { type OpenedWal, openWal, type Wal } from './wal.ts'
