import type { ApiErrorBody, ErrorClass } from '../../node/client.ts'

/** What a script sees. The table is part of the interface: the README and the help print it. */
export const EXIT_CODES: Readonly<Record<ErrorClass, number>> = {
  failed: 1,
  usage: 2,
  'not-found': 3,
  denied: 4,
  unreachable: 5,
  timeout: 6
}

const MEANINGS: Readonly<Record<ErrorClass, string>> = {
  failed: 'failed',
  usage: 'wrong usage',
  'not-found': 'not found',
  denied: 'denied, or insufficient funds',
  unreachable: 'the node or a peer cannot be reached',
  timeout: 'time ran out'
}

/** `0 ok, 1 failed, …` as the help prints it. */
export function describeExitCodes(): string {
  const classes = Object.keys(EXIT_CODES) as ErrorClass[]
  const lines = classes.map(each => `${EXIT_CODES[each]}  ${MEANINGS[each]}`)
  return ['0  ok', ...lines].join('\n')
}

/** An error with everything that a person and a script need of it. */
export class Failure extends Error {
  override readonly name: string = 'Failure'
  readonly body: ApiErrorBody

  constructor(body: ApiErrorBody, options?: { cause?: unknown }) {
    super(body.message, options)
    this.body = body
  }
}

export function usageFailure(message: string, hint: string | null = null): Failure {
  return new Failure({ code: 'USAGE', class: 'usage', message, hint })
}

/** Whatever was thrown, as a failure: the client's errors carry a body already, all others are our own. */
export function asFailure(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown
  const body = bodyOf(thrown)
  if (body !== undefined) return new Failure(body, { cause: thrown })
  if (isTimeout(thrown)) return timeoutFailure(thrown)
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new Failure(
    { code: codeOf(thrown) ?? 'FAILED', class: 'failed', message, hint: null },
    { cause: thrown }
  )
}

function codeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined
  return typeof thrown.code === 'string' ? thrown.code : undefined
}

/** An error whose code stands in `classes`, as a failure of that class; any other error as it is. */
export function classified(error: unknown, classes: Readonly<Record<string, ErrorClass>>): unknown {
  const code = codeOf(error)
  if (error instanceof Failure || !(error instanceof Error) || code === undefined) return error
  const kind = Object.hasOwn(classes, code) ? classes[code] : undefined
  if (kind === undefined) return error
  const body = { code, class: kind, message: error.message, hint: null }
  return new Failure(body, { cause: error })
}

export function timeoutFailure(cause?: unknown): Failure {
  return new Failure(
    {
      code: 'TIMEOUT',
      class: 'timeout',
      message: 'the time given by --timeout ran out',
      hint: 'what was asked of the node goes on: see `virtuoso operation list`'
    },
    { cause }
  )
}

function isTimeout(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'TimeoutError'
}

/** The fields of an `ApiErrorBody` on the error itself or under `body`. */
function bodyOf(thrown: unknown): ApiErrorBody | undefined {
  if (typeof thrown !== 'object' || thrown === null) return undefined
  if (isBody(thrown)) {
    const { code, class: kind, message, hint } = thrown
    return { code, class: kind, message, hint: hint ?? null }
  }
  return 'body' in thrown ? bodyOf(thrown.body) : undefined
}

function isBody(value: object): value is ApiErrorBody {
  return (
    'code' in value &&
    typeof value.code === 'string' &&
    'message' in value &&
    typeof value.message === 'string' &&
    'class' in value &&
    typeof value.class === 'string' &&
    Object.hasOwn(EXIT_CODES, value.class)
  )
}
