import type { ConfigCode, ErrorClass } from '../../../node/index.ts'

/** What each refusal of the configuration is to a script. */
export const CONFIG_CLASSES: Readonly<Record<ConfigCode, ErrorClass>> = {
  CONFIG_MISSING: 'not-found',
  CONFIG_EXISTS: 'failed',
  CONFIG_DAMAGED: 'usage',
  GENESIS_MISSING: 'not-found',
  GENESIS_DAMAGED: 'failed',
  GENESIS_WITHOUT_ME: 'denied'
}
