export type ImageErrorCode =
  /** The Debian packages an image is made from cannot be had. */
  | 'PACKAGES_MISSING'
  /** A program the build runs (mke2fs) is not installed or failed. */
  | 'TOOL_FAILED'

export class ImageError extends Error {
  override readonly name: string = 'ImageError'
  readonly code: ImageErrorCode
  constructor(code: ImageErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}
