import { CONFIG_FORMAT, CONFIG_MAX_BYTES, encodeConfig } from './config-part.ts'
import { type MachineSpec, type PartName, type PartShape, VmmError } from './vmm.ts'

export const DISK_FORMAT: string = 'disk-raw'

export const MB: number = 2 ** 20

export function diskBytes(spec: MachineSpec): number {
  return spec.configuration.storageMb * MB
}

/**
 * Checks what a stranger says about the contents he is about to send. Everything but the length of the
 * memory follows from the configuration; that one is bounded by memory bought plus the devices' state.
 */
export function requireShapes(
  spec: MachineSpec,
  parts: readonly PartShape[],
  memoryFormats: readonly string[]
): void {
  const names = parts.map(part => part.name).join(' ')
  if (names !== 'config disk' && names !== 'config disk memory') {
    throw malformed(`the parts are "${names}", not config, disk and perhaps memory in this order`)
  }
  for (const part of parts) requireShape(spec, part, memoryFormats)
}

/** Video memory, firmware and device state that QEMU's migration stream carries besides the memory. */
const DEVICE_STATE_MAX_BYTES = 64 * MB

function requireShape(spec: MachineSpec, part: PartShape, memoryFormats: readonly string[]): void {
  const formats = { config: [CONFIG_FORMAT], disk: [DISK_FORMAT], memory: memoryFormats }
  const expected = formats[part.name]
  if (!expected.includes(part.format)) {
    const readable = expected.join(' and ')
    throw malformed(`the ${part.name} has format ${part.format}, this host reads ${readable}`)
  }
  if (part.name === 'config') requireSize(part, encodeConfig(spec).length, CONFIG_MAX_BYTES)
  if (part.name === 'disk') requireSize(part, diskBytes(spec), diskBytes(spec))
  if (part.name === 'memory') {
    // Every page of the stream carries a header of up to 16 bytes besides its 4,096.
    const pages = spec.configuration.memoryMb * MB * (1 + 16 / 4096)
    requireSize(part, 1, pages + DEVICE_STATE_MAX_BYTES)
  }
}

function requireSize(part: PartShape, least: number, most: number): void {
  const { name, sizeBytes } = part
  if (Number.isSafeInteger(sizeBytes) && sizeBytes >= least && sizeBytes <= most) return
  throw malformed(`the ${name} has ${sizeBytes} bytes, between ${least} and ${most} are expected`)
}

/** Throws CONTENT_MALFORMED when [offset, offset + length) leaves the part. */
export function requireRange(
  parts: readonly PartShape[],
  name: PartName,
  offset: number,
  length: number
): void {
  const part = parts.find(each => each.name === name)
  if (part === undefined) throw malformed(`this machine has no part ${name}`)
  const whole = Number.isSafeInteger(offset) && Number.isSafeInteger(length)
  if (!whole || offset < 0 || length < 0 || offset + length > part.sizeBytes) {
    throw malformed(
      `${length} bytes at ${offset} are outside the ${name} of ${part.sizeBytes} bytes`
    )
  }
}

/** Throws CONTENT_MALFORMED when the configuration that arrived is not the one that was agreed on. */
export function requireConfig(spec: MachineSpec, arrived: Uint8Array): void {
  if (Buffer.compare(arrived, encodeConfig(spec)) === 0) return
  throw malformed(`the configuration that arrived is not that of machine ${spec.uuid}`)
}

function malformed(why: string): VmmError {
  return new VmmError('CONTENT_MALFORMED', `The contents cannot be taken in: ${why}.`)
}
