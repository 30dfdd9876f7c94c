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
  leafHash,
  type PartHasher,
  type PartRoot,
  partHasher
} from './content-root.ts'
export {
  type ContentManifest,
  countOf,
  HASH_BYTES,
  hashAt,
  PAGE_BLOCKS,
  type PartManifest,
  pageBlocks,
  pagesOf,
  rootOfParts,
  sameHash,
  treeRoot,
  ZeroHashes
} from './manifest.ts'
export {
  type BlockPlace,
  type BlocksRefusal,
  type BlocksRefusalCode,
  type BlocksReply,
  type BlocksRequest,
  blocksReply,
  blocksRequest,
  type Challenge,
  FRAME_BLOCKS_MAX,
  type Manifest
} from './messages.ts'
export {
  BLOCK_BYTES,
  blockLength,
  blocksOf,
  PART_BLOCKS_MAX,
  PART_BYTES_MAX,
  type PartName,
  type PartShape
} from './parts.ts'
export { type BlockRange, type BlockRun } from './runs.ts'
