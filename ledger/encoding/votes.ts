/** How votes look in bytes. The order of fields is part of the format. */
import type { Evidence, Hash, SignedVote, Vote, VoteSubject } from '../records/index.ts'
import { type Codec, checked, choice, list, nullable, record } from './codec.ts'
import { MEMBERS_MAX } from './election.ts'
import { EncodingError } from './errors.ts'
import { counter, hash, publicKey, signature } from './fields.ts'

export const voteCodec: Codec<Vote> = record({ signer: publicKey, signature })

export const votesCodec: Codec<readonly Vote[]> = list(voteCodec, MEMBERS_MAX, 1)

export type Loose<K extends string> = { readonly kind: K; readonly block: Hash | null }

/** A block is named exactly where the kind is not `nullify`. */
export function naming<K extends string, T extends Loose<K>, U extends T>(
  inner: Codec<T>
): Codec<U> {
  return checked(inner, (value: T): U => {
    if ((value.kind === 'nullify') === (value.block === null)) return value as U
    throw new EncodingError('WRONG_SHAPE', `${value.kind} with ${value.block ?? 'no block'}`)
  })
}

const voteSubjectCodec: Codec<VoteSubject> = naming(
  record<Loose<VoteSubject['kind']> & { epoch: number; view: number }>({
    kind: choice(['propose', 'notarize', 'finalize', 'nullify']),
    epoch: counter,
    view: counter,
    block: nullable(hash)
  })
)

export const signedVoteCodec: Codec<SignedVote> = record({
  subject: voteSubjectCodec,
  vote: voteCodec
})

export const evidenceCodec: Codec<Evidence> = record({
  first: signedVoteCodec,
  second: signedVoteCodec
})
