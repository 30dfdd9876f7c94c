/** How CBOR tells its kinds of value apart, in the high three bits of the first byte (RFC 8949, section 3). */
export const UNSIGNED = 0
export const NEGATIVE = 1
export const BYTES = 2
export const TEXT = 3
export const ARRAY = 4
export const SIMPLE = 7

/** The only simple values that a record has, as whole bytes. */
export const FALSE = 0xf4
export const TRUE = 0xf5
export const NULL = 0xf6
