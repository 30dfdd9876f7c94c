/** How the values of one kind of record become bytes. `decode` throws on bytes it did not make. */
export interface Values<T> {
  encode(value: T): Uint8Array
  decode(bytes: Uint8Array): T
}

/** For the node's own bookkeeping: readable with any level tool. No bigint, no bytes. */
export function jsonValues<T>(): Values<T> {
  return {
    encode: value => Buffer.from(JSON.stringify(value), 'utf8'),
    decode: bytes => JSON.parse(Buffer.from(bytes).toString('utf8')) as T
  }
}

export const byteValues: Values<Uint8Array> = {
  encode: value => value,
  decode: bytes => bytes
}

/** JSON in which an amount stands as {"picodollars": "123"}: for records that hold money but are not the ledger's. */
export function moneyValues<T>(): Values<T> {
  return {
    encode: value => Buffer.from(JSON.stringify(value, writeAmount), 'utf8'),
    decode: bytes => JSON.parse(Buffer.from(bytes).toString('utf8'), readAmount) as T
  }
}

function writeAmount(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? { picodollars: value.toString() } : value
}

function readAmount(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('picodollars' in value)) return value
  return BigInt(String(value.picodollars))
}
