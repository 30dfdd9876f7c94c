/** How a checkpoint is passed on: lines of text, so that people can mail it, print it and compare it (`SPEC.md`). */
import { type Checkpoint, type Cosignature, type CosignedCheckpoint } from './checkpoint.ts'
import { WitnessError } from './faults.ts'

const MAGIC = 'virtuoso-checkpoint/1'
/** More witnesses than anybody will ask for. */
export const COSIGNATURES_MAX = 64
/** Characters: six lines and so many cosignatures. */
export const CHECKPOINT_TEXT_MAX = 20_480

export function formatCheckpoint({ checkpoint, cosignatures }: CosignedCheckpoint): string {
  const { network, height, block, root } = checkpoint
  const lines = [
    MAGIC,
    `network ${network}`,
    `height ${height}`,
    `block ${block}`,
    `log ${root}`,
    '',
    ...cosignatures.map(
      ({ witness, timeMs, signature }) => `witness ${witness} ${timeMs} ${signature}`
    )
  ]
  return `${lines.join('\n')}\n`
}

/** Throws `WitnessError`; whether the cosignatures are good is for `checkCosignatures`. */
export function parseCheckpoint(text: string): CosignedCheckpoint {
  if (text.length > CHECKPOINT_TEXT_MAX) {
    throw malformed(`${text.length} characters, at most ${CHECKPOINT_TEXT_MAX}`)
  }
  const [magic = '', network = '', height = '', block = '', log = '', empty, ...rest] =
    text.split('\n')
  if (magic !== MAGIC) throw malformed(`it does not begin with "${MAGIC}"`)
  if (empty !== '' || rest.pop() !== '') throw malformed('it has not the lines of a checkpoint')
  if (rest.length > COSIGNATURES_MAX) {
    throw malformed(`${rest.length} cosignatures, at most ${COSIGNATURES_MAX}`)
  }
  const checkpoint: Checkpoint = {
    network: hashIn('network', network),
    height: numberOf(wordIn('height', height)),
    block: hashIn('block', block),
    root: hashIn('log', log)
  }
  const cosignatures = rest.map(cosignatureIn)
  const witnesses = new Set(cosignatures.map(({ witness }) => witness))
  if (witnesses.size < cosignatures.length) throw malformed('a witness stands in it twice')
  return { checkpoint, cosignatures }
}

function wordIn(name: string, line: string): string {
  if (line.startsWith(`${name} `)) return line.slice(name.length + 1)
  throw malformed(`the line "${name}" is not where it should be`)
}

function hashIn(name: string, line: string): string {
  const word = wordIn(name, line)
  if (/^[0-9a-f]{64}$/.test(word)) return word
  throw malformed(`"${name}" has 64 hex digits`)
}

function cosignatureIn(line: string): Cosignature {
  const [, witness, time, signature] =
    /^witness ([0-9a-f]{64}) (\d{1,16}) ([0-9a-f]{128})$/.exec(line) ?? []
  if (witness === undefined || time === undefined || signature === undefined) {
    throw malformed('a cosignature is "witness", a key, a time and a signature')
  }
  return { witness, timeMs: numberOf(time), signature }
}

function numberOf(word: string): number {
  const number = Number(word)
  if (/^(?:0|[1-9]\d*)$/.test(word) && Number.isSafeInteger(number)) return number
  throw malformed(`"${word.slice(0, 20)}" is no whole number`)
}

function malformed(message: string): WitnessError {
  return new WitnessError('CHECKPOINT_MALFORMED', message)
}
