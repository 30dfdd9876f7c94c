/** A thread that checks signatures: a batch of claims comes in, one byte for each goes out, 1 where it is good. */
import { parentPort } from 'node:worker_threads'
import { nodeCrypto } from '../crypto/index.ts'
import { unpackClaims } from './claim-batch.ts'

parentPort?.on('message', (packed: Uint8Array) => {
  const good = Uint8Array.from(unpackClaims(packed), ({ key, message, signature }) =>
    nodeCrypto.verify(key, message, signature) ? 1 : 0
  )
  parentPort?.postMessage(good)
})
