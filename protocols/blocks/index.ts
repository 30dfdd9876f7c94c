export { answerChallenge, answersMatch, makeChallenge } from './challenge.ts'
export { ChangesReader, changesOfPage } from './changes.ts'
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
  type BlockRange,
  type BlocksRefusal,
  type BlocksRefusalCode,
  type BlocksReply,
  type BlocksRequest,
  blocksReply,
  blocksRequest,
  type Challenge,
  type Encoding,
  FRAME_BLOCKS_MAX,
  LEAF_PAGES_MAX,
  type Outline,
  PAGE_ROOTS_MAX,
  type SideOffer
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
export { applyPatch, patchOf, signaturesOf } from './patch.ts'
export { extend, grouped, type PageWork, rangeBytes, workOfPage } from './ranges.ts'
export { type OpenServed, type ServedMachine, serveBlocks } from './serve.ts'
export {
  SIDE_QUESTIONS_MAX,
  SideAsker,
  SideListener,
  type SideQuestion,
  sideAnswer,
  sideRefusal
} from './side.ts'
export { BlocksRefused, type BlocksSource, blocksSource, type Packed } from './source.ts'
