import type { ServerResponse } from 'node:http'
import { type ApiCode, ApiError, type ErrorClass } from '../api/index.ts'

const STATUS_OF_CLASS: Readonly<Record<ErrorClass, number>> = {
  usage: 400,
  denied: 403,
  'not-found': 404,
  failed: 409,
  unreachable: 503,
  timeout: 504
}

/** Where HTTP has a word of its own. */
const STATUS_OF_CODE: Readonly<Partial<Record<ApiCode, number>>> = {
  VERB_WRONG: 405,
  BODY_TOO_LARGE: 413,
  CONTENT_TYPE_WRONG: 415,
  UPGRADE_WRONG: 426,
  INTERNAL: 500
}

export function statusOf(error: ApiError): number {
  const own = (STATUS_OF_CODE as Readonly<Record<string, number | undefined>>)[error.code]
  return own ?? STATUS_OF_CLASS[error.class]
}

/** What the caller gets for anything that was thrown. */
export function refusalOf(
  thrown: unknown,
  explain: ((error: unknown) => ApiError | undefined) | undefined,
  onUnexpected: ((error: unknown) => void) | undefined
): ApiError {
  if (thrown instanceof ApiError) return thrown
  const explained = explain?.(thrown)
  if (explained !== undefined) return explained
  onUnexpected?.(thrown)
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return ApiError.of(
    'INTERNAL',
    `the node met an error it does not know: ${message}`,
    'look at the node log; it may be a defect of Virtuoso',
    thrown
  )
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  // The caller may have gone while the handler worked.
  if (response.headersSent || response.destroyed) return
  const text = `${JSON.stringify(value)}\n`
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text)
  })
  response.end(text)
}

export function sendRefusal(response: ServerResponse, error: ApiError): void {
  sendJson(response, statusOf(error), { error: error.body() })
}
