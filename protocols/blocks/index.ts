export { answerChallenge, answersMatch, makeChallenge } from './challenge.ts'
export {
  BlocksRefused,
  type BlocksSource,
  blocksSource,
  type OpenServed,
  type ServedMachine,
  serveBlocks
} from './channel.ts'
export {
  contentRoot,
  isZero,
  leafHash,
  type PartHasher,
  type PartRoot,
  partHasher
} from './content-root.ts'
export {
  BLOCKS_FRAME_BYTES_MAX,
  BLOCKS_REFUSAL_CODES,
  BLOCKS_REQUEST_BYTES_MAX,
  type BlockPlace,
  type BlocksRefusal,
  type BlocksRefusalCode,
  type BlocksReply,
  type BlocksRequest,
  blocksReply,
  blocksRequest,
  CHALLENGE_BLOCKS,
  type Challenge,
  FRAME_BLOCKS_MAX,
  GET_BLOCKS_MAX,
  type Manifest
} from './messages.ts'
export {
  BLOCK_BYTES,
  blockLength,
  blocksOf,
  PART_BLOCKS_MAX,
  PART_BYTES_MAX,
  PART_NAMES,
  type PartName,
  type PartShape
} from './parts.ts'
export { type BlockRange, type BlockRun, runBlocks } from './runs.ts'
