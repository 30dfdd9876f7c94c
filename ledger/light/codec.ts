import {
  type Codec,
  coordinatorsCodec,
  fields,
  headerCodec,
  nullable,
  record
} from '../encoding/index.ts'
import type { Light, PastSet } from './light.ts'

const pastCodec: Codec<PastSet> = record({
  epoch: fields.counter,
  members: coordinatorsCodec,
  endHeight: fields.counter
})

/** How a light node keeps what it knows over a restart, so that it does not go back then either. */
export const lightCodec: Codec<Light> = record({
  network: fields.hash,
  epoch: fields.counter,
  members: coordinatorsCodec,
  past: nullable(pastCodec),
  head: nullable(headerCodec)
})
