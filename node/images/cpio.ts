/** One entry of an initramfs. Owner is always root, every time is zero: equal inputs give equal archives. */
export interface CpioEntry {
  /** Without a leading slash. */
  readonly path: string
  /** File type and permissions as in stat(2), e.g. 0o100755. */
  readonly mode: number
  readonly content?: Uint8Array
  /** Major and minor number of a device node. */
  readonly device?: readonly [major: number, minor: number]
}

const MAGIC = '070701'
const TRAILER: CpioEntry = { path: 'TRAILER!!!', mode: 0 }

/**
 * The `newc` format the kernel unpacks (kernel documentation, early-userspace buffer format). The archive is
 * sorted and not compressed: deflate's output differs between zlib versions, and two hosts that build the same
 * image must come to the same hash.
 */
export function encodeCpio(entries: readonly CpioEntry[]): Uint8Array {
  const sorted = entries.toSorted((a, b) => (a.path < b.path ? -1 : 1))
  const encoded = [...sorted, TRAILER].map((entry, index) => encodeEntry(entry, index + 1))
  return Buffer.concat(encoded)
}

function encodeEntry(entry: CpioEntry, inode: number): Uint8Array {
  const name = Buffer.from(`${entry.path}\0`)
  const content = entry.content ?? new Uint8Array(0)
  const [major, minor] = entry.device ?? [0, 0]
  const links = entry === TRAILER ? 1 : isFolder(entry) ? 2 : 1
  const owner = [0, 0]
  const time = 0
  const place = [0, 0]
  const fields = [inode, entry.mode, ...owner, links, time, content.length, ...place, major, minor]
  const header = [...fields, name.length, 0].map(hex8).join('')
  return Buffer.concat([padded(Buffer.from(MAGIC + header + name.toString())), padded(content)])
}

function isFolder(entry: CpioEntry): boolean {
  return (entry.mode & 0o170000) === 0o040000
}

function hex8(value: number): string {
  return value.toString(16).padStart(8, '0')
}

/** Header with name, and content, each end at a multiple of four bytes. */
function padded(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([bytes, new Uint8Array((4 - (bytes.length % 4)) % 4)])
}
