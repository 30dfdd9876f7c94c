import type { ErrorClass } from '../../../node/client.ts'

/** What can be wrong with an exported file or a checkpoint, before anything in it is looked at, by exit code. */
export const EXPORT_CLASSES: Readonly<Record<string, ErrorClass>> = {
  EXPORT_FOREIGN: 'failed',
  EXPORT_CUT_SHORT: 'failed',
  EXPORT_FRAME: 'failed',
  EXPORT_GENESIS: 'failed',
  EXPORT_PARTIAL: 'usage',
  CHECKPOINT_MALFORMED: 'failed',
  CHECKPOINT_FOREIGN: 'failed',
  COSIGNATURE_FORGED: 'failed',
  WITNESS_MISSING: 'failed',
  WITNESS_UNKNOWN: 'usage',
  ENOENT: 'not-found',
  EACCES: 'denied'
}
