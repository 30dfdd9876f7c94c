import { performance } from 'node:perf_hooks'
import { runWell } from '../processes.ts'
import { endedChildrenSeconds } from './cpu-time.ts'
import type { Link } from './link.ts'
import type { ServerProcess } from './server-process.ts'

export interface Rival {
  readonly name: 'rsync' | 'rsync --inplace' | 'rsync ssh' | 'rsync zstd' | 'scp'
  /** Makes the directory `destination` what the directory `source` is; both are on this machine. */
  copy(source: string, destination: string, link: Link): Promise<Copied>
  /** Ends the server, which rivals may share: the first to close ends it. */
  close(): Promise<void>
}

export interface Copied {
  readonly seconds: number
  /** Payload of both directions: by the link where it counts, else by the program's own figures. */
  readonly wireBytes: number
  /** Of the programs on both sides; NaN where there is no /proc. */
  readonly cpuSeconds: number
}

export interface Command {
  readonly program: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

export interface Copying {
  readonly server: ServerProcess
  readonly link: Link
  /** The client, when the server is to be reached at this port. */
  readonly client: (port: number) => Command
  /** What the client's output tells of the bytes it has sent and received. */
  readonly toldBytes: (output: string) => number
}

/** Runs one client through the link, and nothing else meanwhile: what ends during it is counted as the client's. */
export async function runCopy({ server, link, client, toldBytes }: Copying): Promise<Copied> {
  const door = await link.through(server.port)
  try {
    const cpuBefore = (await server.cpuSeconds()) + endedChildrenSeconds()
    const { program, args, env } = client(door.port)
    const begunMs = performance.now()
    const { output } = await runWell(program, args, { env: { ...env, LC_ALL: 'C' } })
    const seconds = (performance.now() - begunMs) / 1000
    const cpuAfter = (await server.cpuSeconds()) + endedChildrenSeconds()
    return {
      seconds,
      wireBytes: door.bytes() ?? toldBytes(output),
      cpuSeconds: cpuAfter - cpuBefore
    }
  } finally {
    await door.close()
  }
}
