/** A key as the command table writes it: `j`, `G`, `up`, `enter`, `C-c`, `C-]`, `S-tab`. */
export interface Key {
  readonly name: string
  /** What it would type into a field; '' for keys that type nothing. */
  readonly text: string
}

/** As blessed's decoder emits a key press. */
export interface DecodedKey {
  readonly name?: string | undefined
  readonly full?: string | undefined
  readonly sequence?: string | undefined
  readonly ctrl?: boolean | undefined
  readonly meta?: boolean | undefined
}

/**
 * One key from one key press. The decoder reports Enter twice (`enter` and `return`; the second is dropped: null),
 * has no name for Ctrl-] and writes upper case as `S-a`.
 */
export function normaliseKey(character: string | undefined, key: DecodedKey): Key | null {
  if (character === '\u001d' || key.sequence === '\u001d') return { name: 'C-]', text: '' }
  if (key.name === 'return') return null
  if (key.name === 'enter' || key.name === 'linefeed') return { name: 'enter', text: '' }
  const typed = character !== undefined && /^[\u0020-\u007e]$/u.test(character) && key.meta !== true
  if (typed) return { name: character === ' ' ? 'space' : character, text: character }
  const name = key.full ?? key.name ?? ''
  return name === '' ? null : { name, text: '' }
}
