/**
 * A second opinion on an exported ledger, from `ledger/export/SPEC.md` and `ledger/SPEC.md` alone. Transactions are not
 * executed; the first of these pages says what is checked all the same, and what is left to believe.
 */
import { Tree } from './hashes.ts'
import { Ledger } from './ledger.ts'
import { check, hex, list, read, whole } from './values.ts'

export interface Verdict {
  /** Of the first block that is wrong, or that should stand there; 0 before the first, null where all is well. */
  readonly height: number | null
  readonly why: string
  readonly figures?: Ledger['figures']
}

/** Kinds of frames with their longest payloads. */
const LONGEST: Readonly<Record<string, number>> = { G: 65_536, B: 1_114_112, T: 64 }

export function verifyExport(file: Buffer): Verdict {
  const tree = new Tree()
  const take = (length: number) => {
    check(at + length <= file.length, 'the file is cut short')
    return file.subarray(at, (at += length))
  }
  const frame = (kinds: string) => {
    const kind = take(1).toString('latin1')
    const length = take(4).readUInt32BE()
    check(kinds.includes(kind) && length <= (LONGEST[kind] ?? 0), 'no frame that may stand here')
    const payload = take(length)
    if (kind !== 'T') tree.append(Buffer.from(kind), payload)
    return { kind, payload }
  }
  let at = 0
  let height = 0
  let ledger: Ledger | undefined
  try {
    check(take(18).toString('latin1') === 'virtuoso-export/1\n', 'it is no export')
    const [network, genesis, from] = read(frame('G').payload, 3)
    ledger = new Ledger(list(genesis, 6))
    check(hex(network, 32) === ledger.parent, 'the genesis is that of another network')
    height = Math.min(1, whole(from))
    check(from === 1, 'the first blocks are in another file')
    for (; ; height++) {
      const root = tree.root()
      const { kind, payload } = frame('BT')
      if (kind === 'B') ledger.follow(read(payload, 3))
      else {
        const [count, said] = read(payload, 2)
        check(count === height - 1 && hex(said, 32) === root, 'the trailer does not fit')
        check(at === file.length, 'bytes follow the trailer')
        return { height: null, why: 'good', figures: ledger.figures }
      }
    }
  } catch (error) {
    return { height, why: String(error), ...(ledger && { figures: ledger.figures }) }
  }
}
