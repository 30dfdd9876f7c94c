export { leafHash, MerkleHasher, merkleRoot } from './merkle.ts'
