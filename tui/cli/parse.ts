import { parseArgs } from 'node:util'
import { type Command, commandName, type Flag, GLOBAL_FLAGS } from './command.ts'
import { type Failure, usageFailure } from './failure.ts'
import { FlagValues, type RawValues } from './flag-values.ts'
import { nearest } from './suggest.ts'

/**
 * What a command line asks for. Parsing has two passes, because flags may stand before the words of the command:
 *
 *     argv --all known flags--> words --table--> command --its own flags--> values
 */
export type Request =
  | { readonly kind: 'version' }
  | { readonly kind: 'overview' }
  | { readonly kind: 'group'; readonly group: string }
  | { readonly kind: 'help'; readonly command: Command }
  | {
      readonly kind: 'run'
      readonly command: Command
      readonly positionals: readonly string[]
      readonly flags: FlagValues
    }

/** Throws a usage `Failure`. */
export function parseCommandLine(commands: readonly Command[], argv: readonly string[]): Request {
  const every = [...GLOBAL_FLAGS, ...commands.flatMap(command => command.flags ?? [])]
  const first = tokenize(argv, every)
  const asksHelp = first.options.some(each => each.name === 'help') || first.words[0] === 'help'
  if (first.options.some(each => each.name === 'version')) return { kind: 'version' }
  const words = first.words[0] === 'help' ? first.words.slice(1) : first.words
  if (words.length === 0) return asksHelp ? { kind: 'overview' } : refuseEmpty(first)
  const found = findCommand(commands, words)
  if (found === undefined) return groupOrRefuse(commands, words, asksHelp)
  if (asksHelp) return { kind: 'help', command: found.command }
  return {
    kind: 'run',
    command: found.command,
    positionals: checkPositionals(found.command, words.slice(found.length)),
    flags: readFlags(found.command, argv)
  }
}

interface Option {
  readonly name: string
  readonly typed: string
  readonly value: string | undefined
  readonly inline: boolean
}

interface Tokens {
  readonly words: readonly string[]
  readonly options: readonly Option[]
}

function tokenize(argv: readonly string[], flags: readonly Flag[]): Tokens {
  const options = Object.fromEntries(
    flags.map(flag => [
      flag.name,
      {
        type: flag.value === undefined ? ('boolean' as const) : ('string' as const),
        ...(flag.short === undefined ? {} : { short: flag.short })
      }
    ])
  )
  // Not strict: our own refusals name the command and suggest the flag that was probably meant.
  const { tokens } = parseArgs({
    args: [...argv],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true
  })
  return {
    words: tokens.flatMap(token => (token.kind === 'positional' ? [token.value] : [])),
    options: tokens.flatMap(token =>
      token.kind === 'option'
        ? [
            {
              name: token.name,
              typed: token.rawName,
              value: token.value,
              inline: token.inlineValue === true
            }
          ]
        : []
    )
  }
}

function refuseEmpty(tokens: Tokens): Request {
  const [option] = tokens.options
  if (option === undefined) return { kind: 'overview' }
  throw usageFailure(`which command? ${option.typed} alone says nothing`, 'try `virtuoso --help`')
}

function findCommand(
  commands: readonly Command[],
  words: readonly string[]
): { command: Command; length: number } | undefined {
  for (const length of [2, 1]) {
    const wanted = words.slice(0, length).join(' ')
    const command = commands.find(each =>
      [each.path, ...(each.aliases ?? [])].some(
        path => path.length === length && path.join(' ') === wanted
      )
    )
    if (command !== undefined) return { command, length }
  }
  return undefined
}

function groupOrRefuse(
  commands: readonly Command[],
  words: readonly string[],
  asksHelp: boolean
): Request {
  const [group = '', verb] = words
  const verbs = commands.flatMap(({ path }) => (path[0] === group ? path.slice(1) : []))
  if (verbs.length > 0 && verb === undefined) {
    if (asksHelp) return { kind: 'group', group }
    throw usageFailure(
      `${group} needs one of: ${verbs.join(', ')}`,
      `try \`virtuoso ${group} --help\``
    )
  }
  throw unknownCommand(commands, words, verbs)
}

/** Words that are no command: the typed pair is compared with every pair, a single word with every first word. */
function unknownCommand(
  commands: readonly Command[],
  words: readonly string[],
  verbs: readonly string[]
): Failure {
  const [group = '', verb] = words
  const named = nearest(group, firstWords(commands))
  const isPair = verb !== undefined && commands.some(({ path }) => path[0] === named && path[1])
  const typed = isPair ? `${group} ${verb}` : group
  const pairs = commands.flatMap(({ path }) => (path.length === 2 ? [path.join(' ')] : []))
  const meant =
    verbs.length > 0 && verb !== undefined
      ? withGroup(group, nearest(verb, verbs))
      : isPair
        ? nearest(typed, pairs)
        : named
  return usageFailure(
    `there is no command "${typed}"`,
    meant === undefined ? 'see `virtuoso --help`' : `did you mean \`virtuoso ${meant}\`?`
  )
}

function withGroup(group: string, verb: string | undefined): string | undefined {
  return verb === undefined ? undefined : `${group} ${verb}`
}

function firstWords(commands: readonly Command[]): readonly string[] {
  const words = commands.flatMap(({ path, aliases = [] }) =>
    [path, ...aliases].map(each => each[0])
  )
  return [...new Set(words)].filter(word => word !== undefined)
}

function checkPositionals(command: Command, given: readonly string[]): readonly string[] {
  const wanted = command.positionals ?? []
  const missing = wanted.find((each, at) => each.optional !== true && at >= given.length)
  if (missing !== undefined) {
    throw usageFailure(
      `${commandName(command)}: ${missing.name} is missing (${missing.summary})`,
      helpHint(command)
    )
  }
  const extra = given[wanted.length]
  if (extra !== undefined && wanted.at(-1)?.multiple !== true) {
    throw usageFailure(
      `${commandName(command)}: "${extra}" is one word too many`,
      helpHint(command)
    )
  }
  return given
}

function readFlags(command: Command, argv: readonly string[]): FlagValues {
  const known = [...GLOBAL_FLAGS, ...(command.flags ?? [])]
  const raw: Record<string, string | boolean | string[]> = {}
  for (const option of tokenize(argv, known).options) {
    const flag = known.find(each => each.name === option.name || each.short === option.name)
    if (flag === undefined) throw unknownFlag(command, known, option)
    const value = valueOf(command, flag, option)
    if (flag.multiple === true) {
      const list = raw[flag.name]
      raw[flag.name] = [...(Array.isArray(list) ? list : []), String(value)]
    } else raw[flag.name] = value
  }
  return new FlagValues(raw satisfies RawValues)
}

function unknownFlag(command: Command, known: readonly Flag[], option: Option): Failure {
  const meant = nearest(
    option.name,
    known.map(flag => flag.name)
  )
  return usageFailure(
    `${commandName(command)} has no flag ${option.typed}`,
    meant === undefined ? helpHint(command) : `did you mean --${meant}?`
  )
}

function valueOf(command: Command, flag: Flag, option: Option): string | boolean {
  if (flag.value === undefined) {
    if (option.value === undefined) return true
    throw usageFailure(`--${flag.name} takes no value`, helpHint(command))
  }
  const { value } = option
  const swallowed = value !== undefined && !option.inline && /^-./.test(value)
  if (value === undefined || swallowed) {
    throw usageFailure(
      `--${flag.name} needs a value (${flag.value})`,
      swallowed
        ? `for a value that begins with a dash write --${flag.name}=${value}`
        : helpHint(command)
    )
  }
  return value
}

function helpHint(command: Command): string {
  return `try \`virtuoso ${commandName(command)} --help\``
}
