export const LISTEN_CODES = ['PORT_TAKEN', 'ADDRESS_UNUSABLE'] as const
export type ListenCode = (typeof LISTEN_CODES)[number]

/** The node cannot listen where its configuration says. */
export class NetworkListenError extends Error {
  override readonly name: string = 'NetworkListenError'
  readonly code: ListenCode
  constructor(code: ListenCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}

/**
 * libp2p tells all failed addresses in one text with the stack of each; a person needs the address and what to
 * do. Whatever else kept it from starting is returned as it is.
 */
export function asListenError(error: unknown, listen: readonly string[]): unknown {
  if (!(error instanceof Error)) return error
  const failed = listen.filter(address => error.message.includes(address))
  const where = (failed.length === 0 ? listen : failed).join(', ')
  if (error.message.includes('EADDRINUSE')) {
    return new NetworkListenError(
      'PORT_TAKEN',
      `another program already listens on ${where}: stop it, or change "listen" in node.json`,
      { cause: error }
    )
  }
  const why = /\b(EACCES|EADDRNOTAVAIL|ENOTFOUND|EINVAL)\b/.exec(error.message)?.[0]
  if (why === undefined && failed.length === 0) return error
  return new NetworkListenError(
    'ADDRESS_UNUSABLE',
    `this node cannot listen on ${where} (${why ?? 'refused'}): change "listen" in node.json`,
    { cause: error }
  )
}
