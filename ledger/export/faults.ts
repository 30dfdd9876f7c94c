/** Why a file is no export, or not a whole one. The list is closed. */
export const EXPORT_CODES = [
  /** It does not begin as an export does. */
  'EXPORT_FOREIGN',
  /** It ends before its trailer. */
  'EXPORT_CUT_SHORT',
  /** A frame of no known kind, out of place, or longer than any can be. */
  'EXPORT_FRAME',
  /** The genesis does not decode, or is not the one of the network that the file names. */
  'EXPORT_GENESIS',
  /** A block does not decode. */
  'EXPORT_BLOCK',
  /** It does not begin where an audit needs it to. */
  'EXPORT_PARTIAL',
  /** The trailer does not fit what stands before it. */
  'EXPORT_TRAILER'
] as const

export type ExportCode = (typeof EXPORT_CODES)[number]

/** Which part of the file is wrong; `block` together with a height. */
export type ExportPart = 'beginning' | 'genesis' | 'block' | 'trailer'

export class ExportError extends Error {
  override readonly name: string = 'ExportError'
  readonly code: ExportCode
  readonly part: ExportPart
  /** The block at fault, or the one that should stand there; 0 before the first. */
  readonly height: number

  constructor(
    code: ExportCode,
    place: { readonly part: ExportPart; readonly height: number },
    message: string,
    options?: { cause?: unknown }
  ) {
    super(message, options)
    this.code = code
    this.part = place.part
    this.height = place.height
  }
}
