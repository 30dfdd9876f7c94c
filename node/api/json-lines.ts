import { ApiError } from './api-error.ts'

/** One event or operation is a few hundred bytes; a longer line is not ours. */
export const LINE_BYTES_MAX: number = 1024 * 1024

/** Reads newline-separated JSON values. A part line at the end of the stream is dropped: the node went away. */
export async function* readJsonLines(source: AsyncIterable<Buffer>): AsyncGenerator<unknown> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of source) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let start = 0
    for (;;) {
      const end = rest.indexOf(0x0a, start)
      if (end < 0) break
      if (end > start) yield parseLine(rest.toString('utf8', start, end))
      start = end + 1
    }
    rest = rest.subarray(start)
    if (rest.length > LINE_BYTES_MAX) {
      throw ApiError.of('ANSWER_MALFORMED', `a line is longer than ${LINE_BYTES_MAX} bytes`)
    }
  }
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch (cause) {
    throw ApiError.of('ANSWER_MALFORMED', 'the node sent a line that is no JSON', undefined, cause)
  }
}
