import type { Certificate, CertifiedBlock, GenesisMember, Header } from '../records/index.ts'
import { hashHeader, type Verifier, verifyFinalize } from '../statements/index.ts'
import { type ChainFault, fault } from './faults.ts'

/** Signatures that make a certificate: n - f of n members, of which at most f = floor((n - 1) / 3) lie. */
export function quorumOf(members: number): number {
  return members - Math.floor((members - 1) / 3)
}

/** null if a quorum of `members` has finalized the block of `header`. */
export function verifyCertificate(
  certificate: Certificate,
  header: Header,
  members: readonly GenesisMember[],
  by: Verifier
): ChainFault | null {
  const block = hashHeader(header, by.crypto)
  const { epoch, view } = certificate
  if (certificate.block !== block || epoch !== header.epoch || view !== header.view) {
    const message = `it is about block ${certificate.block} of view ${view}, not ${block} of ${header.view}`
    return fault('CERTIFICATE_ASTRAY', message)
  }
  const keys = new Set(members.map(member => member.key))
  for (const { signer } of certificate.votes) {
    // Counting a key once also finds a second vote of the same member.
    if (keys.delete(signer)) continue
    const repeated = members.some(member => member.key === signer)
    return repeated
      ? fault('CERTIFICATE_REPEATED', `member ${signer} is counted twice`)
      : fault('CERTIFICATE_STRANGER', `${signer} is no coordinator`)
  }
  const quorum = quorumOf(members.length)
  if (certificate.votes.length < quorum) {
    const message = `${certificate.votes.length} votes of ${members.length}, ${quorum} are needed`
    return fault('CERTIFICATE_TOO_FEW', message)
  }
  const forged = certificate.votes.find(vote => !verifyFinalize(by, { epoch, view, block }, vote))
  if (forged === undefined) return null
  return fault('CERTIFICATE_FORGED', `the vote of ${forged.signer} is not its signature`)
}

/** null if the block is final: by a certificate of its own, or of the last of the headers that descend from it. */
export function verifyFinal(
  { block, certificate, descent }: CertifiedBlock,
  members: readonly GenesisMember[],
  by: Verifier
): ChainFault | null {
  let header = block.header
  for (const child of descent) {
    const parent = hashHeader(header, by.crypto)
    if (child.parent !== parent) {
      const message = `the header of view ${child.view} does not descend from ${parent}`
      return fault('CERTIFICATE_ASTRAY', message)
    }
    header = child
  }
  return verifyCertificate(certificate, header, members, by)
}
