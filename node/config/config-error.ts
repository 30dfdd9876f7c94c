export const CONFIG_CODES = [
  'CONFIG_MISSING',
  'CONFIG_EXISTS',
  'CONFIG_DAMAGED',
  'GENESIS_MISSING',
  'GENESIS_DAMAGED',
  'GENESIS_WITHOUT_ME'
] as const

export type ConfigCode = (typeof CONFIG_CODES)[number]

export class ConfigError extends Error {
  override readonly name: string = 'ConfigError'
  readonly code: ConfigCode
  constructor(code: ConfigCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}
