/**
 * Cuts raw terminal input into what the key decoder may see.
 *
 *     keys --ESC[200~--> paste --ESC[201~--> keys          a paste is one event: a `q` in it quits nothing
 *     keys --attach--> raw --Ctrl-] or detach--> keys      raw: every byte goes to a guest's console
 *
 * An escape sequence that arrives in two pieces (a slow line) is held together for a moment; a lone ESC that
 * stays alone for that long is the Escape key.
 */
export const TAIL_HOLD_MS = 30
/** More than this is no paste into a field of ours; the rest is dropped, so that memory stays bounded. */
const PASTE_MAX = 65_536
const PASTE_BEGIN = '\u001b[200~'
const PASTE_END = '\u001b[201~'
const DETACH = 0x1d
/** A whole escape sequence as keyboards send them: CSI, SS3, or Alt and a character. */
// oxlint-disable-next-line no-control-regex -- escape sequences begin with one
const WHOLE: RegExp = /^\u001b(?:\[\[[0-~]|\[[0-?]*[ -/]*[@-~]|O[0-?]*[@-~]|[^[O\u001b])/u

export interface RouterSink {
  /** A whole escape sequence, or ASCII as typed: for the key decoder. */
  keys(sequence: string): void
  /** Text beyond ASCII, character by character whole. */
  text(text: string): void
  paste(text: string): void
}

interface RawSink {
  bytes(data: Uint8Array): void
  leave(): void
}

export class InputRouter {
  readonly #sink: RouterSink
  readonly #decoder = new TextDecoder()
  #tail = ''
  #paste: string | null = null
  #timer: NodeJS.Timeout | null = null
  #raw: RawSink | null = null

  constructor(sink: RouterSink) {
    this.#sink = sink
  }

  /** Every byte goes to `bytes` until Ctrl-] arrives: then `leave` is called once. */
  attach(bytes: (data: Uint8Array) => void, leave: () => void): void {
    this.#tail = ''
    this.#raw = { bytes, leave }
  }

  detach(): void {
    this.#raw = null
  }

  push(data: Uint8Array): void {
    if (this.#raw !== null) this.#pushRaw(this.#raw, data)
    else this.#pushText(this.#decoder.decode(data, { stream: true }))
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  #pushRaw(raw: RawSink, data: Uint8Array): void {
    const end = data.indexOf(DETACH)
    if (end < 0) return raw.bytes(data)
    if (end > 0) raw.bytes(data.subarray(0, end))
    this.#raw = null
    raw.leave()
    if (end + 1 < data.length) this.push(data.subarray(end + 1))
  }

  #pushText(text: string): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    let rest = this.#tail + text
    this.#tail = ''
    while (rest !== '') {
      const used = this.#paste === null ? this.#takeKey(rest) : this.#takePaste(rest)
      if (used === 0) return this.#hold(rest)
      rest = rest.slice(used)
    }
  }

  #takeKey(rest: string): number {
    if (rest.startsWith(PASTE_BEGIN)) {
      this.#paste = ''
      return PASTE_BEGIN.length
    }
    if (rest.startsWith('\u001b')) {
      const whole = WHOLE.exec(rest)?.[0]
      if (whole !== undefined) this.#sink.keys(whole)
      return whole?.length ?? 0
    }
    const point = rest.codePointAt(0) ?? 0
    const character = String.fromCodePoint(point)
    if (point < 0x80) this.#sink.keys(character)
    else this.#sink.text(character)
    return character.length
  }

  #takePaste(rest: string): number {
    const end = rest.indexOf(PASTE_END)
    // Up to five characters may be the beginning of the end mark.
    const taken = end >= 0 ? end : Math.max(0, rest.length - (PASTE_END.length - 1))
    this.#paste = ((this.#paste ?? '') + rest.slice(0, taken)).slice(0, PASTE_MAX)
    if (end < 0) return taken
    this.#sink.paste(this.#paste)
    this.#paste = null
    return end + PASTE_END.length
  }

  #hold(rest: string): void {
    this.#tail = rest
    if (this.#paste !== null) return
    this.#timer = setTimeout(() => {
      this.#timer = null
      this.#tail = ''
      this.#sink.keys('\u001b')
      if (rest.length > 1) this.#pushText(rest.slice(1))
    }, TAIL_HOLD_MS)
  }
}
