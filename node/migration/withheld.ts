import { BlocksRefused } from '../../protocols/blocks/index.ts'
import { FrameError } from '../../protocols/framing/index.ts'
import { LineLost } from './persistently.ts'

/** What came as a receipt is none. */
export class ReceiptUnsigned extends Error {
  override readonly name: string = 'ReceiptUnsigned'
}

/**
 * How an origin kept its receipt back: it is gone, says no, or says what is no receipt. null: it is no matter of the
 * receipt, as where the origin found other bytes here than its own.
 */
export function whyWithheld(error: unknown): string | null {
  if (error instanceof BlocksRefused) {
    return error.refusal.code === 'CHALLENGE_FAILED' ? null : error.message
  }
  const isOrigins =
    error instanceof LineLost || error instanceof FrameError || error instanceof ReceiptUnsigned
  return isOrigins ? error.message : null
}
