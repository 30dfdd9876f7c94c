import { cleanText, type Key } from '../screen/index.ts'

/** One line of text being typed. `at` counts characters, 0 before the first. */
export interface Line {
  readonly text: string
  readonly at: number
}

/** No field of ours takes more. */
const LINE_MAX = 128

export function lineOf(text: string): Line {
  return { text, at: Array.from(text).length }
}

export function insert(line: Line, text: string): Line {
  const characters = Array.from(line.text)
  const added = Array.from(cleanText(text)).slice(0, LINE_MAX - characters.length)
  characters.splice(line.at, 0, ...added)
  return { text: characters.join(''), at: line.at + added.length }
}

/** The line after a key, or null when the key edits nothing. */
export function editLine(line: Line, key: Key): Line | null {
  const characters = Array.from(line.text)
  const move = (at: number): Line => ({ ...line, at: Math.max(0, Math.min(characters.length, at)) })
  const cut = (from: number, to: number): Line => ({
    text: [...characters.slice(0, from), ...characters.slice(to)].join(''),
    at: from
  })
  switch (key.name) {
    case 'left':
      return move(line.at - 1)
    case 'right':
      return move(line.at + 1)
    case 'home':
    case 'C-a':
      return move(0)
    case 'end':
    case 'C-e':
      return move(characters.length)
    case 'backspace':
      return line.at === 0 ? line : cut(line.at - 1, line.at)
    case 'delete':
      return cut(line.at, line.at + 1)
    case 'C-u':
      return cut(0, line.at)
    case 'C-k':
      return { text: characters.slice(0, line.at).join(''), at: line.at }
    default:
      return key.text === '' ? null : insert(line, key.text)
  }
}
