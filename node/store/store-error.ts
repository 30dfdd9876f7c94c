export const STORE_CODES = [
  'STORE_LOCKED',
  'STORE_DAMAGED',
  'STORE_NEWER',
  'STORE_OTHER_NETWORK',
  'STORE_UNREADABLE'
] as const

export type StoreCode = (typeof STORE_CODES)[number]

export class StoreError extends Error {
  override readonly name: string = 'StoreError'
  readonly code: StoreCode
  constructor(code: StoreCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}

export function damaged(message: string, cause?: unknown): StoreError {
  return new StoreError(
    'STORE_DAMAGED',
    `the store is damaged: ${message}; restore a backup, or move the store away and let the node fetch the ledger again`,
    cause === undefined ? undefined : { cause }
  )
}
