import type { Configuration } from '../../ledger/index.ts'
import { type MachineSpec, VmmError } from './vmm.ts'

/** Format `config-1`: UTF-8 JSON of a MachineSpec, keys sorted, no spaces, one line feed at the end. */
export const CONFIG_FORMAT: string = 'config-1'

/** Far above what the ledger's limits on names allow; what is longer is not ours. */
export const CONFIG_MAX_BYTES: number = 16384

/** The same bytes on every host, because the `config` part is sealed into the content root. */
export function encodeConfig(spec: MachineSpec): Uint8Array {
  const { name, processor, os, speed, memoryMb, storageMb, image } = spec.configuration
  const configuration = { image, memoryMb, name, os, processor, speed, storageMb }
  const text = JSON.stringify({ configuration, uuid: spec.uuid })
  return new TextEncoder().encode(`${text}\n`)
}

/** Throws CONTENT_MALFORMED unless the bytes are exactly what `encodeConfig` makes of what they say. */
export function decodeConfig(bytes: Uint8Array): MachineSpec {
  if (bytes.length > CONFIG_MAX_BYTES) {
    throw malformed(`it has ${bytes.length} bytes, at most ${CONFIG_MAX_BYTES} are allowed`)
  }
  const spec = specOf(parse(bytes))
  if (Buffer.compare(encodeConfig(spec), bytes) !== 0) {
    throw malformed('its bytes are not in the canonical form')
  }
  return spec
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw malformed('it is not JSON in UTF-8', cause)
  }
}

function specOf(value: unknown): MachineSpec {
  const { configuration, uuid } = fields(value)
  const { name, processor, os, speed, memoryMb, storageMb, image } = fields(configuration)
  const decoded: Configuration = {
    name: text('name', name),
    processor: text('processor', processor),
    os: text('os', os),
    speed: whole('speed', speed),
    memoryMb: whole('memoryMb', memoryMb),
    storageMb: whole('storageMb', storageMb),
    image: image === null ? null : text('image', image)
  }
  return { uuid: text('uuid', uuid), configuration: decoded }
}

function fields(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw malformed('an object was expected')
  return { ...value }
}

function text(field: string, value: unknown): string {
  if (typeof value !== 'string') throw malformed(`${field} is not a text`)
  return value
}

function whole(field: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw malformed(`${field} is not a whole number`)
  }
  return value
}

function malformed(why: string, cause?: unknown): VmmError {
  return new VmmError('CONTENT_MALFORMED', `The machine configuration is malformed: ${why}.`, {
    cause
  })
}
