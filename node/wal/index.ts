export { crc32c } from './crc32c.ts'
export { encodeFrame, type Scanned, scanFrames } from './frame.ts'
export { type OpenedWal, openWal, type Wal } from './wal.ts'
