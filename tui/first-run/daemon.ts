import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect, type NodeStatus } from '../../node/client.ts'

/** Eight nodes start on two cores: the last one may take this long until it answers. */
const START_PATIENCE_MS = 60_000
/** A node that was asked to end writes its store and goes; one that does not is killed. */
const STOP_PATIENCE_MS = 10_000
const LOOK_EVERY_MS = 100

export interface DaemonOptions {
  readonly program: string
  readonly dir: string
  readonly log: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * One `virtuoso node run`. It is in a process group of its own: Ctrl-C then reaches only us, who end
 * the nodes in order, and `--keep` can leave it running.
 */
export class Daemon {
  readonly #child: ChildProcess
  readonly #options: DaemonOptions
  #failure: Error | undefined

  private constructor(child: ChildProcess, options: DaemonOptions) {
    this.#child = child
    this.#options = options
    child.once('error', error => {
      this.#failure = error
    })
  }

  static async start(options: DaemonOptions): Promise<Daemon> {
    const log = await open(options.log, 'a', 0o600)
    try {
      const child = spawn(process.execPath, [options.program, 'node', 'run'], {
        env: { ...options.env, VIRTUOSO_HOME: options.dir },
        stdio: ['ignore', log.fd, log.fd],
        detached: true
      })
      return new Daemon(child, options)
    } finally {
      await log.close()
    }
  }

  /** Resolves when the node answers; rejects when it ended or is silent for too long. */
  async ready(signal: AbortSignal): Promise<NodeStatus> {
    const client = connect({ dir: this.#options.dir })
    const deadline = performance.now() + START_PATIENCE_MS
    for (;;) {
      if (this.#ended) throw this.#startFailure('ended while it started')
      try {
        return await client.call('node.status', {}, { signal })
      } catch (cause) {
        if (performance.now() > deadline) throw this.#startFailure('does not answer', cause)
        await sleep(LOOK_EVERY_MS, undefined, { signal })
      }
    }
  }

  async stop(): Promise<void> {
    if (this.#ended) return
    const closed = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    const late = setTimeout(() => this.#child.kill('SIGKILL'), STOP_PATIENCE_MS)
    await closed
    clearTimeout(late)
  }

  /** As a power cut would: without a word. */
  async kill(): Promise<void> {
    if (this.#ended) return
    const closed = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await closed
  }

  /** Lets it live on after this program. */
  release(): void {
    this.#child.unref()
  }

  get #ended(): boolean {
    return (
      this.#failure !== undefined ||
      this.#child.exitCode !== null ||
      this.#child.signalCode !== null
    )
  }

  #startFailure(what: string, cause?: unknown): Error {
    return new Error(`the node in ${this.#options.dir} ${what}; see ${this.#options.log}`, {
      cause: this.#failure ?? cause
    })
  }
}
