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
  consistencyPathOn,
  inclusionPath,
  isConsistent,
  isIncluded,
  type SizedRoot
} from './paths.ts'
