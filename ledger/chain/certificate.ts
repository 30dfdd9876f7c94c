import type { Certificate, CertifiedHeader, Header, Member } from '../records/index.ts'
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
  members: readonly Member[],
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

/**
 * null if the block is final: by a certificate of its own, or of the last of the headers that descend from it. Behind
 * the last block of an epoch those are headers of sealing blocks.
 */
export function verifyFinal(
  certified: CertifiedHeader,
  members: readonly Member[],
  by: Verifier
): ChainFault | null {
  const { certificate, descent } = certified
  let { header } = certified
  let ended = header.nextSet !== null
  for (const child of descent) {
    const wrong = checkDescent(header, child, ended, by)
    if (wrong !== null) return fault('CERTIFICATE_ASTRAY', wrong)
    ended ||= child.nextSet !== null
    header = child
  }
  return verifyCertificate(certificate, header, members, by)
}

function checkDescent(parent: Header, child: Header, ended: boolean, by: Verifier): string | null {
  const hash = hashHeader(parent, by.crypto)
  if (child.parent !== hash) return `the header of view ${child.view} does not descend from ${hash}`
  if (child.epoch !== parent.epoch || child.view <= parent.view) {
    return `view ${child.view} of epoch ${child.epoch} on view ${parent.view} of epoch ${parent.epoch}`
  }
  if (ended && (child.stateRoot !== parent.stateRoot || child.nextSet !== null)) {
    return `view ${child.view} changes the ledger after the last block of epoch ${parent.epoch}`
  }
  return null
}
