export {
  type CompactRange,
  EMPTY_RANGE,
  extendRange,
  leafHash,
  MerkleHasher,
  merkleRoot,
  rangeRoot
} from './merkle.ts'
