import type { Tone } from './frame.ts'

export type ThemeName = 'standard' | 'bright' | 'mono'
export const THEMES: readonly ThemeName[] = ['standard', 'bright', 'mono']

/** SGR parameters of each tone. Only the 16 colours every terminal has, so that its own palette holds. */
type Theme = Readonly<Record<Tone, string>>

const STANDARD: Theme = {
  plain: '',
  dim: '90',
  title: '1',
  header: '1;97;44',
  headerWarn: '1;30;43',
  key: '1;36',
  good: '32',
  warn: '33',
  bad: '1;31',
  frame: '90',
  selected: '1;30;46',
  field: '4',
  fieldFocus: '1;4;36',
  bar: '32',
  barRest: '90'
}

const BRIGHT: Theme = {
  ...STANDARD,
  dim: '37',
  header: '1;30;106',
  key: '1;93',
  good: '92',
  warn: '93',
  bad: '1;91',
  frame: '37',
  selected: '1;30;103',
  fieldFocus: '1;4;93',
  bar: '92',
  barRest: '37'
}

/** NO_COLOR: attributes only. */
const MONO: Theme = {
  plain: '',
  dim: '',
  title: '1',
  header: '7',
  headerWarn: '1;7',
  key: '1',
  good: '',
  warn: '1',
  bad: '1',
  frame: '',
  selected: '7',
  field: '4',
  fieldFocus: '1;4',
  bar: '1',
  barRest: ''
}

const BY_NAME: Readonly<Record<ThemeName, Theme>> = {
  standard: STANDARD,
  bright: BRIGHT,
  mono: MONO
}

/** The SGR sequence that begins a tone, from any tone before it. */
export function sgr(theme: ThemeName, tone: Tone): string {
  const parameters = BY_NAME[theme][tone]
  return parameters === '' ? '\u001b[0m' : `\u001b[0;${parameters}m`
}
