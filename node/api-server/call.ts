import type { IncomingMessage, ServerResponse } from 'node:http'
import { ApiError, type Input, type Method, type Output } from '../api/index.ts'
import { sendJson } from './refusals.ts'
import { INPUT_SCHEMAS } from './schemas.ts'
import type { Handlers } from './sources.ts'

/** The largest input is `host.add`, below a kilobyte; 64 KiB leaves room and bounds what is held. */
export const BODY_BYTES_MAX: number = 64 * 1024

export function isMethod(name: string): name is Method {
  return Object.hasOwn(INPUT_SCHEMAS, name)
}

/** `POST /v1/<method>`: read, judge, run, answer. Throws refusals. */
export async function answerCall<M extends Method>(
  method: M,
  handlers: Handlers,
  request: IncomingMessage,
  response: ServerResponse
): Promise<void> {
  if (request.method !== 'POST') {
    throw ApiError.of('VERB_WRONG', `${method} is called with POST, not ${request.method}`)
  }
  const input = parseInput(method, await readBody(request))
  const gone = new AbortController()
  const onGone = (): void => gone.abort(ApiError.of('CANCELLED', 'the caller went away'))
  response.on('close', onGone)
  const output: Output<M> = await handlers[method](input, gone.signal)
  response.off('close', onGone)
  sendJson(response, 200, output)
}

export function parseInput<M extends Method>(method: M, text: string): Input<M> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw ApiError.of(
      'JSON_MALFORMED',
      'the body is no JSON',
      'send a JSON object, {} at least',
      cause
    )
  }
  const parsed = INPUT_SCHEMAS[method].safeParse(value)
  if (parsed.success) return parsed.data
  const sentences = parsed.error.issues.slice(0, 5).map(issue => {
    const place = issue.path.join('.')
    return place === '' ? issue.message : `${place}: ${issue.message}`
  })
  throw ApiError.of('INPUT_INVALID', `${method}: ${sentences.join('; ')}`)
}

async function readBody(request: IncomingMessage): Promise<string> {
  const type = request.headers['content-type'] ?? ''
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    throw ApiError.of(
      'CONTENT_TYPE_WRONG',
      `the content type is "${type}"`,
      'send content-type: application/json'
    )
  }
  const declared = Number(request.headers['content-length'] ?? 0)
  if (declared > BODY_BYTES_MAX) throw tooLarge(declared)
  return (await readBounded(request)).toString('utf8')
}

async function readBounded(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  // The refusal of a body that is too large needs the socket, which an abandoned iterator would destroy.
  const body = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
  try {
    for await (const chunk of body) {
      bytes += chunk.length
      if (bytes > BODY_BYTES_MAX) throw tooLarge(bytes)
      chunks.push(chunk)
    }
  } catch (error) {
    if (error instanceof ApiError) throw error
    throw ApiError.of('CANCELLED', 'the request broke off before its end', undefined, error)
  }
  return Buffer.concat(chunks)
}

function tooLarge(bytes: number): ApiError {
  return ApiError.of(
    'BODY_TOO_LARGE',
    `the body has ${bytes} bytes or more; at most ${BODY_BYTES_MAX}`
  )
}
