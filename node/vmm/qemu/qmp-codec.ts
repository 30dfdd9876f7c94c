/** Messages of the QEMU Machine Protocol (QEMU documentation, interop/qmp-spec): one JSON object a line. */
export type QmpMessage =
  | { readonly kind: 'greeting' }
  | { readonly kind: 'result'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly text: string }
  | {
      readonly kind: 'event'
      readonly name: string
      readonly data: Readonly<Record<string, unknown>>
    }

/** QEMU's longest answers (lists of block devices) have some ten KiB; what is longer is a fault. */
export const QMP_LINE_MAX_BYTES: number = 1024 * 1024

export function encodeCommand(id: number, execute: string, words?: object): string {
  return `${JSON.stringify(words === undefined ? { execute, id } : { execute, arguments: words, id })}\n`
}

/** Throws when the line is none of the four kinds of messages. */
export function decodeMessage(line: string): QmpMessage {
  const { QMP, event, data, id, error, ...rest } = fieldsOf(JSON.parse(line))
  if (QMP !== undefined) return { kind: 'greeting' }
  if (typeof event === 'string') return { kind: 'event', name: event, data: fieldsOf(data ?? {}) }
  if (typeof id !== 'number')
    throw new Error(`A QMP message without a number: ${line.slice(0, 200)}`)
  if (error !== undefined) return { kind: 'error', id, text: textOf(fieldsOf(error)['desc']) }
  return { kind: 'result', id, value: rest['return'] }
}

/** The fields of an answer; throws when it is not an object. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw new Error('A QMP object was expected.')
  return { ...value }
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : 'no reason given'
}

/** Cuts a byte stream into lines. Throws on a line beyond QMP_LINE_MAX_BYTES. */
export class LineCutter {
  #rest = Buffer.alloc(0)

  take(bytes: Uint8Array): string[] {
    const all = Buffer.concat([this.#rest, bytes])
    const lines = []
    let from = 0
    for (let end = all.indexOf(10); end !== -1; end = all.indexOf(10, from)) {
      lines.push(all.toString('utf8', from, end).trim())
      from = end + 1
    }
    this.#rest = Buffer.from(all.subarray(from))
    if (this.#rest.length > QMP_LINE_MAX_BYTES) {
      throw new Error(`A QMP line is longer than ${QMP_LINE_MAX_BYTES} bytes.`)
    }
    return lines.filter(line => line !== '')
  }
}
