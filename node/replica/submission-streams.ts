import type { PublicKey, SignedTransaction } from '../../ledger/index.ts'
import { type Submissions, submissions } from '../../protocols/ledger/index.ts'
import type { Network } from '../network/index.ts'

type Reply = Awaited<ReturnType<Submissions['submit']>>

/** Streams to the coordinators, kept from one submission to the next. */
export interface SubmissionStreams {
  /** `onSent`: from now on it may be taken, whatever is heard of it. Throws what the network or the stream throws. */
  submit(
    to: PublicKey,
    batch: readonly SignedTransaction[],
    options: { readonly signal: AbortSignal; readonly onSent: () => void }
  ): Promise<Reply>
}

/** The coordinator ends a stream that is silent for 60 s; closing it sooner means that none is met half closed. */
const IDLE_MS = 30_000
/** Kept for one coordinator: as many submissions as a busy node has under way. */
const IDLE_MAX = 4

interface Idle {
  readonly stream: Submissions
  readonly timer: ReturnType<typeof setTimeout>
}

export function createSubmissionStreams(network: Network): SubmissionStreams {
  const idle = new Map<PublicKey, Idle[]>()

  function take(to: PublicKey): Submissions | undefined {
    const found = idle.get(to)?.pop()
    clearTimeout(found?.timer)
    return found?.stream
  }

  function forget(to: PublicKey, stream: Submissions): void {
    const kept = idle.get(to) ?? []
    const at = kept.findIndex(each => each.stream === stream)
    for (const { timer } of at < 0 ? [] : kept.splice(at, 1)) clearTimeout(timer)
  }

  function keep(to: PublicKey, stream: Submissions): void {
    const kept = idle.get(to) ?? []
    if (kept.length === IDLE_MAX) return stream.close()
    const timer = setTimeout(() => {
      forget(to, stream)
      stream.close()
    }, IDLE_MS)
    timer.unref()
    idle.set(to, [...kept, { stream, timer }])
  }

  async function use(
    to: PublicKey,
    stream: Submissions,
    batch: readonly SignedTransaction[],
    signal: AbortSignal
  ): Promise<Reply> {
    const abort = (): void => stream.abort(new Error('given up'))
    signal.addEventListener('abort', abort)
    try {
      const reply = await stream.submit(batch)
      if (reply.kind === 'submitted') keep(to, stream)
      else stream.close()
      return reply
    } catch (error) {
      stream.close()
      throw error
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  return {
    async submit(to, batch, { signal, onSent }) {
      const kept = take(to)
      if (kept !== undefined) {
        onSent()
        try {
          return await use(to, kept, batch, signal)
        } catch (error) {
          // The coordinator may have ended the stream in between: the same bytes do no harm twice.
          if (signal.aborted) throw error
        }
      }
      const stream = submissions(await network.open('ledger', to, { signal }))
      void stream.gone().then(() => forget(to, stream))
      onSent()
      return use(to, stream, batch, signal)
    }
  }
}
