import type { Duplex } from 'node:stream'
import { type Context, Failure, usageFailure } from '../../cli/index.ts'

export interface ConsoleLimits {
  readonly until: string | undefined
  readonly seconds: number | undefined
}

/** Prints what arrives until the text is seen, the time is over, or the machine ends the stream. */
export async function printConsole(
  context: Context,
  stream: Duplex,
  { until, seconds }: ConsoleLimits
): Promise<void> {
  let timeOver = false
  const end = (): void => void stream.destroy()
  const timer =
    seconds === undefined
      ? undefined
      : setTimeout(() => {
          timeOver = true
          end()
        }, seconds * 1000)
  context.signal.addEventListener('abort', end, { once: true })
  try {
    const seen = await printUntil(context, stream, until)
    if (until !== undefined && !seen) throw notSeen(until, timeOver ? seconds : undefined)
  } finally {
    clearTimeout(timer)
    context.signal.removeEventListener('abort', end)
  }
}

async function printUntil(
  context: Context,
  stream: Duplex,
  until: string | undefined
): Promise<boolean> {
  const wanted = until === undefined ? undefined : Buffer.from(until)
  let tail = Buffer.alloc(0)
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      context.output.raw(chunk)
      if (wanted === undefined) continue
      tail = Buffer.concat([tail, chunk])
      if (tail.includes(wanted)) return true
      // The text may be split over two chunks: keep as much as can still begin it.
      tail = tail.subarray(Math.max(0, tail.length - wanted.length))
    }
  } catch (error) {
    // Our own destroy() ends the loop with this error: the time is over.
    if (
      !(error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE')
    ) {
      throw error
    }
  }
  return false
}

function notSeen(until: string, patienceS: number | undefined): Failure {
  return patienceS === undefined
    ? new Failure({
        code: 'CONSOLE_ENDED',
        class: 'failed',
        message: `the console ended before it printed ${JSON.stringify(until)}`,
        hint: 'does the machine still run? See `virtuoso machine show`'
      })
    : new Failure({
        code: 'TIMEOUT',
        class: 'timeout',
        message: `the console did not print ${JSON.stringify(until)} within ${patienceS} s`,
        hint: 'give more --seconds, or look with `virtuoso console MACHINE`'
      })
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '\\': '\\' }

/** `\n`, `\r`, `\t`, `\\` and `\xNN` as the bytes they stand for. */
export function decodeEscapes(text: string): Buffer {
  return Buffer.from(
    text.replace(/\\(x[0-9a-fA-F]{2}|.?)/gs, (whole, code: string) => {
      if (/^x./.test(code)) return String.fromCharCode(Number.parseInt(code.slice(1), 16))
      const letter = ESCAPES[code]
      if (letter === undefined) throw usageFailure(`--send does not know ${whole}`)
      return letter
    })
  )
}
