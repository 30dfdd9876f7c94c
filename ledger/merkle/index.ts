export {
  type CompactRange,
  EMPTY_RANGE,
  extendRange,
  leafHash,
  MerkleHasher,
  merkleRoot,
  rangeRoot
} from './merkle.ts'
export {
  consistencyPath,
  inclusionPath,
  isConsistent,
  isIncluded,
  type SizedRoot
} from './paths.ts'
