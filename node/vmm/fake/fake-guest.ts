import { CONTENT_BLOCK_BYTES } from '../vmm.ts'
import type { SparseBytes } from './sparse-bytes.ts'

/**
 * The guest of the fake driver answers on its serial port as the debian-mini image does: a counter that lives
 * in memory only, a greeting and a list of boots that live on the disk only.
 */
export interface FakeGuest {
  readonly counter: number
  readonly loud: boolean
  /** Input up to the next line feed. */
  readonly typed: string
}

export interface GuestStep {
  readonly guest: FakeGuest
  readonly output: string
  readonly poweredOff: boolean
}

/** Block 0 belongs to the image; the files have a block each behind it. */
const FILE_BLOCKS: Readonly<Record<string, number>> = {
  '/disk/hello.txt': 1,
  '/disk/boots.txt': 2
}

const PROMPT = 'virtuoso# '

/** Longest line the guest reads; what is longer is dropped. */
const TYPED_MAX = 256

export function bootGuest(disk: SparseBytes): GuestStep {
  const boots = readText(disk, '/disk/boots.txt')
  const boot = boots.split('\n').length
  if (boots === '') writeText(disk, '/disk/hello.txt', 'hello from the first boot\n')
  writeText(disk, '/disk/boots.txt', `${boots}boot ${boot}\n`)
  const guest = { counter: 0, loud: true, typed: '' }
  return { guest, output: `virtuoso ready, boot ${boot}\n${PROMPT}`, poweredOff: false }
}

export function tickGuest(guest: FakeGuest): GuestStep {
  const counter = guest.counter + 1
  const output = guest.loud ? `counter ${counter}\n` : ''
  return { guest: { ...guest, counter }, output, poweredOff: false }
}

export function typeToGuest(guest: FakeGuest, input: string, disk: SparseBytes): GuestStep {
  const lines = `${guest.typed}${input}`.split('\n')
  const typed = (lines.pop() ?? '').slice(0, TYPED_MAX)
  let step: GuestStep = { guest: { ...guest, typed }, output: '', poweredOff: false }
  for (const line of lines) {
    const next = runCommand(step.guest, line.trim(), disk)
    step = { ...next, output: `${step.output}${line}\n${next.output}${PROMPT}` }
    if (next.poweredOff) break
  }
  return step
}

function runCommand(guest: FakeGuest, command: string, disk: SparseBytes): GuestStep {
  const say = (output: string): GuestStep => ({ guest, output, poweredOff: false })
  if (command === '') return say('')
  if (command === 'counter') return say(`counter ${guest.counter}\n`)
  if (command === 'quiet' || command === 'loud') {
    return { guest: { ...guest, loud: command === 'loud' }, output: '', poweredOff: false }
  }
  if (command === 'halt') return { guest, output: '', poweredOff: true }
  const file = command.startsWith('cat ') ? command.slice(4).trim() : undefined
  if (file !== undefined && file in FILE_BLOCKS) return say(readText(disk, file))
  return say(`${command}: not found\n`)
}

function readText(disk: SparseBytes, file: string): string {
  const bytes = disk.read((FILE_BLOCKS[file] ?? 0) * CONTENT_BLOCK_BYTES, CONTENT_BLOCK_BYTES)
  const end = bytes.indexOf(0)
  return new TextDecoder().decode(end === -1 ? bytes : bytes.subarray(0, end))
}

function writeText(disk: SparseBytes, file: string, text: string): void {
  const bytes = new TextEncoder().encode(text)
  disk.write((FILE_BLOCKS[file] ?? 0) * CONTENT_BLOCK_BYTES, bytes.subarray(0, CONTENT_BLOCK_BYTES))
}

export const FAKE_MEMORY_FORMAT: string = 'fake-memory-1'

/** Two and a half blocks, so that the last block of a move is a short one. */
const FAKE_MEMORY_BYTES = 2.5 * CONTENT_BLOCK_BYTES

export function saveGuest(guest: FakeGuest): Uint8Array {
  const memory = new Uint8Array(FAKE_MEMORY_BYTES)
  const view = new DataView(memory.buffer)
  view.setUint32(0, guest.counter)
  view.setUint8(4, guest.loud ? 1 : 0)
  // Something in every block, or a block lost on the way would go unnoticed.
  for (let at = 8; at < memory.length; at += 1) memory[at] = (at * 31 + guest.counter) % 251
  return memory
}

export function loadGuest(memory: Uint8Array): FakeGuest {
  const view = new DataView(memory.buffer, memory.byteOffset, memory.length)
  return { counter: view.getUint32(0), loud: view.getUint8(4) === 1, typed: '' }
}
