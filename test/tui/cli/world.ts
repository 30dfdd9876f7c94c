import { type Duplex, PassThrough } from 'node:stream'
import type { Input, Method, NodeClient, OperationView, Output } from '../../../node/client.ts'
import { runCommandLine, type World } from '../../../tui/cli/index.ts'
import { COMMANDS } from '../../../tui/commands/index.ts'

/** What the node answers; a method that is missing is a call that the command should not make. */
export type Answers = { [M in Method]?: (input: Input<M>) => Output<M> | Promise<Output<M>> }

export interface Setting {
  readonly answers?: Answers
  /** What happens to a watched operation, in order; the last one is its end. */
  readonly operation?: readonly OperationView[]
  readonly console?: () => Duplex
  readonly stderrIsTty?: boolean
  readonly columns?: number
  readonly env?: Readonly<Record<string, string>>
}

export interface Told {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  readonly calls: readonly Call[]
}

interface Call {
  readonly method: Method
  readonly input: unknown
}

/** Runs one command line against a node that answers as `setting` says. */
export async function tell(line: string | readonly string[], setting: Setting = {}): Promise<Told> {
  const calls: Call[] = []
  let stdout = ''
  let stderr = ''
  const world: World = {
    env: { VIRTUOSO_HOME: '/nowhere', ...setting.env },
    stdin: Object.assign(new PassThrough(), { isTTY: false }),
    stdout: { write: chunk => void (stdout += Buffer.from(chunk).toString()) },
    stderr: {
      write: chunk => void (stderr += String(chunk)),
      isTTY: setting.stderrIsTty === true,
      columns: setting.columns ?? 120
    },
    connect: () => Promise.resolve(clientOf(setting, calls)),
    onInterrupt: () => () => undefined
  }
  const argv = typeof line === 'string' ? line.split(' ') : line
  const code = await runCommandLine(COMMANDS, argv, world)
  return { code, stdout, stderr, calls }
}

function clientOf(setting: Setting, calls: Call[]): NodeClient {
  return {
    dir: '/nowhere',
    call: async <M extends Method>(method: M, input: Input<M>): Promise<Output<M>> => {
      calls.push({ method, input })
      const answer = setting.answers?.[method]
      if (answer === undefined) throw new Error(`the test did not expect a call of ${method}`)
      return answer(input)
    },
    watchOperation: async (_id, onUpdate) => {
      const views = setting.operation ?? []
      for (const view of views) onUpdate(view)
      const end = views.at(-1)
      if (end === undefined) throw new Error('the test did not expect an operation')
      return end
    },
    events: async () => undefined,
    console: async () => setting.console?.() ?? new PassThrough()
  }
}

export function operationView(changes: Partial<OperationView> = {}): OperationView {
  return {
    id: 'aabbccdd00112233',
    kind: 'move',
    machine: '11112222333344445555666677778888',
    owner: 'me',
    state: 'running',
    startedAtMs: 1000,
    endedAtMs: null,
    deadlineMs: null,
    step: 'waiting for the host',
    progress: null,
    error: null,
    trail: [],
    ...changes
  }
}
