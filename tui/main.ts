#!/usr/bin/env node
/** The `virtuoso` command. What it imports here is paid by every command line; each verb loads the rest for itself. */
import type { World } from './cli/index.ts'
import { runCommandLine } from './cli/index.ts'
import { COMMANDS } from './commands/index.ts'

const INTERRUPTS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

const world: World = {
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  connect: async options => (await import('../node/client.ts')).connect(options),
  // Once: whoever presses Ctrl-C again does not want to wait for a good end.
  onInterrupt: listener => {
    for (const signal of INTERRUPTS) process.once(signal, listener)
    return () => {
      for (const signal of INTERRUPTS) process.off(signal, listener)
    }
  }
}

// A reader that has seen enough (`| head`) is not an error.
process.stdout.on('error', error => {
  process.exit('code' in error && error.code === 'EPIPE' ? 0 : 1)
})

const code = await runCommandLine(COMMANDS, process.argv.slice(2), world)
// Everything has been awaited: sockets that are kept alive must not keep the prompt away.
process.stdout.write('', () => process.exit(code))
