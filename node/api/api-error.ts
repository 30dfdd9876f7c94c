import type { ApiErrorBody, ErrorClass } from './operation.ts'

/**
 * Codes of the API itself. Refusals of the ledger, the VMM and the protocols pass through under their own
 * codes; this list is what the door and the client add.
 */
export const API_CODES = {
  METHOD_UNKNOWN: 'not-found',
  PATH_UNKNOWN: 'not-found',
  OPERATION_UNKNOWN: 'not-found',
  OPERATION_ENDED: 'failed',
  OPERATION_CANCELLED: 'failed',
  OPERATION_TIMEOUT: 'timeout',
  OPERATIONS_BUSY: 'failed',
  NODE_RESTARTED: 'failed',
  VERB_WRONG: 'usage',
  CONTENT_TYPE_WRONG: 'usage',
  BODY_TOO_LARGE: 'usage',
  JSON_MALFORMED: 'usage',
  INPUT_INVALID: 'usage',
  UPGRADE_WRONG: 'usage',
  INTERNAL: 'failed',
  ANSWER_MALFORMED: 'failed',
  CANCELLED: 'failed',
  NODE_UNREACHABLE: 'unreachable',
  NODE_STOPPING: 'unreachable',
  CALL_TIMEOUT: 'timeout'
} as const

export type ApiCode = keyof typeof API_CODES

/** A refusal with all a person and a program need: code, class (the CLI's exit code), sentence, cure. */
export class ApiError extends Error {
  override readonly name: string = 'ApiError'
  readonly code: string
  readonly class: ErrorClass
  /** What to do about it. */
  readonly hint: string | null

  constructor(body: Omit<ApiErrorBody, 'hint'> & { hint?: string | null }, cause?: unknown) {
    super(body.message, cause === undefined ? undefined : { cause })
    this.code = body.code
    this.class = body.class
    this.hint = body.hint ?? null
  }

  /** One of the API's own refusals; the class follows from the code. */
  static of(code: ApiCode, message: string, hint?: string, cause?: unknown): ApiError {
    return new ApiError({ code, class: API_CODES[code], message, hint: hint ?? null }, cause)
  }

  body(): ApiErrorBody {
    return { code: this.code, class: this.class, message: this.message, hint: this.hint }
  }
}

const CLASSES: readonly string[] = [
  'failed',
  'usage',
  'not-found',
  'denied',
  'unreachable',
  'timeout'
] satisfies ErrorClass[]

/** Reads `{"error": ApiErrorBody}`; undefined when the value has another shape. */
export function apiErrorFrom(value: unknown): ApiError | undefined {
  if (typeof value !== 'object' || value === null || !('error' in value)) return undefined
  const error = value.error
  if (typeof error !== 'object' || error === null) return undefined
  const { code, class: kind, message, hint } = error as Record<string, unknown>
  if (typeof code !== 'string' || typeof message !== 'string') return undefined
  if (typeof kind !== 'string' || !CLASSES.includes(kind)) return undefined
  return new ApiError({
    code,
    class: kind as ErrorClass,
    message,
    hint: typeof hint === 'string' ? hint : null
  })
}
