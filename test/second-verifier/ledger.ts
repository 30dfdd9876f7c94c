/** What a block may say after all others, as far as that can be told without executing transactions. */
import { encode } from '@ipld/dag-cbor'
import { isSigned, sha256, Tree } from './hashes.ts'
import { bytes, check, hex, list, type Value, whole } from './values.ts'

type Fields = readonly Value[]

export class Ledger {
  /** `issued` in picodollars, by the grants of the genesis and by the issuer. */
  readonly figures = { height: 0, transactions: 0, issued: 0n }
  /** Hash of the last header, or of the genesis. */
  parent: string
  readonly #genesis: Fields
  readonly #parameters: Fields
  readonly #network: Buffer
  /** By the bytes of kind and id. */
  readonly #signers = new Map<string, { readonly key: Value; nonce: number }>()
  readonly #log = new Tree()
  #set: Fields
  #epoch = 0
  /** Of the last block; 0 where the next one is the first of its epoch. */
  #view = 0
  #timeMs: number

  constructor(genesis: Fields) {
    this.#genesis = genesis
    this.#parameters = list(genesis[5], 12)
    this.#network = sha256(encode(genesis))
    this.parent = hex(this.#network, 32)
    this.#timeMs = whole(genesis[2])
    this.#set = list(genesis[4], 1, 7)
  }

  /** Takes the next certified block; throws what is wrong with it. */
  follow([block, certificate, descent]: Fields): void {
    const [head, transactions, results] = list(block, 3)
    const header = list(head, 11)
    this.#checkHeader(header)
    this.#checkFinal(header, list(descent, 0, 128), list(certificate, 5))
    const signed = list(transactions, 0, 1_000)
    const tree = new Tree()
    for (const [at, result] of list(results, signed.length).entries()) {
      const each = list(signed[at], 2)
      tree.append(encode([each, result]))
      this.#take(each, result)
    }
    check(tree.root() === hex(header[5], 32), 'another transaction root')
    this.parent = hashOf(header)
    this.#log.append(Buffer.from(this.parent, 'hex'))
    this.figures.height += 1
    this.#timeMs = whole(header[4])
    this.#view = header[10] === null ? whole(header[2]) : 0
    if (header[10] === null) return
    this.#epoch += 1
    this.#set = list(header[10], 1, 7)
  }

  #checkHeader(header: Fields): void {
    const [epoch, height, view, parent, timeMs, , state, log, set, voters, next] = header
    check(height === this.figures.height + 1 && hex(parent, 32) === this.parent, 'another place')
    check(epoch === this.#epoch && whole(view) > this.#view, 'another epoch, or an old view')
    check(whole(timeMs) > this.#timeMs, 'a time that is not after its parent')
    check(hex(state, 32) !== '' && hex(log, 32) === this.#log.root(), 'another log root')
    const setHash = sha256('virtuoso/coordinators/1\n', encode(this.#set))
    check(setHash.equals(bytes(set, 32)), 'another set of coordinators')
    const elects = this.#parameters[11] !== null
    const most = elects && this.#view > 0 ? 2 ** this.#set.length - 1 : 0
    check(whole(voters) <= most, 'voters for its parent who are no members')
    check(next === null || elects, 'a hand-over in a network without elections')
  }

  /** By a quorum of the set, for the block or for the last of the headers that descend from it. */
  #checkFinal(header: Fields, descent: Fields, certificate: Fields): void {
    let last = header
    let ended = header[10] !== null
    for (const each of descent) {
      const child = list(each, 11)
      check(hex(child[3], 32) === hashOf(last), 'a descent from another block')
      check(child[0] === last[0] && whole(child[2]) > whole(last[2]), 'a descent to an old view')
      const isSealing = child[10] === null && hex(child[6], 32) === hex(last[6], 32)
      check(!ended || isSealing, 'a descent that changes what has ended')
      ended ||= child[10] !== null
      last = child
    }
    const [kind, epoch, view, block, votes] = certificate
    check(kind === 'finalize' && epoch === last[0] && view === last[2], 'another view is certified')
    check(hex(block, 32) === hashOf(last), 'another block is certified')
    const size = this.#set.length
    const keys = new Set(this.#set.map(each => hex(list(each, 2)[1], 32)))
    for (const vote of list(votes, size - Math.floor((size - 1) / 3), size)) {
      const [signer, signature] = list(vote, 2)
      check(keys.delete(hex(signer, 32)), 'the vote of a stranger, or a second one')
      this.#checkSigned('finalize', [epoch ?? 0, view ?? 0, block ?? null], signer, signature)
    }
  }

  #take([transaction, signature]: Fields, result: Value): void {
    const [by, nonce, expiryHeight, , content] = list(transaction, 5)
    const id = bytes(list(list(by, 2)[1], 1)[0], 16)
    const name = Buffer.from(encode(by)).toString('hex')
    const [type, body] = list(content, 2)
    const fields = list(body, 0, 5)
    const opens = type === 'open-account' && result === null
    check(opens !== this.#signers.has(name), 'an unknown signer, or one that opens twice')
    const signer = this.#signers.get(name) ?? { key: fields[2] ?? null, nonce: 0 }
    this.#signers.set(name, signer)
    this.#checkSigned('transaction', transaction ?? null, signer.key, signature)
    const left = whole(expiryHeight) - this.figures.height - 1
    check(left >= 0 && left <= whole(this.#parameters[3]), 'it has expired, or lives too long')
    const isOutside = type === 'alive' || type === 'heartbeat'
    if (!isOutside) signer.nonce += 1
    check(nonce === (isOutside ? 0 : signer.nonce), 'another nonce')
    this.figures.transactions += 1
    if (typeof result === 'string') {
      check(!/^(?:INVALID|NAME)_/.test(result), 'a result with which it may stand in no block')
    } else if (opens) {
      check(id.equals(sha256(bytes(signer.key, 32)).subarray(0, 16)), 'an id of another key')
      if (this.#genesis[1] === true)
        this.figures.issued += BigInt(`0x${hex(this.#parameters[0], 16)}`)
    } else if (type === 'register-host') {
      const uuid = sha256('virtuoso/host-id/1\n', encode([id, signer.nonce])).subarray(0, 16)
      uuid.writeUInt8((uuid.readUInt8(6) & 0x0f) | 0x80, 6)
      uuid.writeUInt8((uuid.readUInt8(8) & 0x3f) | 0x80, 8)
      const host = Buffer.from(encode(['host', [uuid]])).toString('hex')
      this.#signers.set(host, { key: fields[3] ?? null, nonce: 0 })
    } else if (type === 'issue') {
      check(hex(signer.key, 32) === hex(this.#genesis[3], 32), 'money of no issuer')
      this.figures.issued += BigInt(`0x${hex(fields[1], 16)}`)
    }
  }

  #checkSigned(what: string, value: Value, key: Value | undefined, signature?: Value): void {
    const message = [Buffer.from(`virtuoso/${what}/1\n`), this.#network, encode(value)]
    const isGood = isSigned(Buffer.concat(message), bytes(key, 32), bytes(signature, 64))
    check(isGood, `the signature of a ${what}`)
  }
}

function hashOf(header: Fields): string {
  return hex(sha256(encode(header)), 32)
}
