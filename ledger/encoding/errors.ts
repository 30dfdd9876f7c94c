/**
 * Why bytes are refused at the door. The list is closed: programs switch on the code, people read the
 * sentence, and `where` names the field (`transaction.body.offer.prices[1]`).
 */
export const ENCODING_CODES = [
  /** More bytes than this kind of record may have. */
  'TOO_LARGE',
  /** More arrays inside arrays than any record has. */
  'TOO_DEEP',
  /** More values than this kind of record may have. */
  'TOO_MANY',
  /** Not CBOR: cut short, or bytes left over. */
  'MALFORMED',
  /** CBOR, but not the one form in which this value may be written. */
  'NOT_CANONICAL',
  /** CBOR that no record uses: a float, a map, a tag, `undefined`. */
  'UNSUPPORTED',
  /** Another kind of value than the field has. */
  'WRONG_SHAPE',
  /** The right kind of value, outside the field's bounds. */
  'OUT_OF_RANGE',
  /** A variant that this version does not know. */
  'UNKNOWN_KIND'
] as const

export type EncodingCode = (typeof ENCODING_CODES)[number]

export class EncodingError extends Error {
  override readonly name = 'EncodingError'
  readonly code: EncodingCode
  readonly where: string

  constructor(code: EncodingCode, message: string, where = '') {
    super(where === '' ? message : `${where}: ${message}`)
    this.code = code
    this.where = where
    this.sentence = message
  }

  /** The message without its place. */
  readonly sentence: string
}

/** The same refusal seen from one level further out. */
export function outward(error: unknown, step: string): unknown {
  if (!(error instanceof EncodingError)) return error
  const dot = error.where === '' || error.where.startsWith('[') ? '' : '.'
  return new EncodingError(error.code, error.sentence, `${step}${dot}${error.where}`)
}
