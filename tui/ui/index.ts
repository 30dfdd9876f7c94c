import { connect } from '../../node/client.ts'
import { runOn } from './run.ts'

export type { NodePort } from './port.ts'
export { runOn } from './run.ts'

/** The terminal UI on the node whose data directory is `dir`; resolves with the exit code. */
export async function runUi(options: { readonly dir: string }): Promise<number> {
  return runOn(connect(options))
}
