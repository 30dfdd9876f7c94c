import { padRight } from '../format/index.ts'
import { type Command, commandName, type Flag, GLOBAL_FLAGS, type Positional } from './command.ts'
import { describeExitCodes } from './failure.ts'

export function describeOverview(commands: readonly Command[]): string {
  return [
    'virtuoso: a peer-to-peer market for virtual machines',
    '',
    'Usage: virtuoso COMMAND [ARGUMENTS] [FLAGS]',
    '',
    'Commands:',
    listCommands(commands),
    '',
    'Flags of every command:',
    listFlags(GLOBAL_FLAGS),
    '',
    'Exit codes:',
    indent(describeExitCodes()),
    '',
    'Names, UUIDs and unique prefixes of them are accepted wherever a machine, a host or an operation is named.'
  ].join('\n')
}

export function describeGroup(commands: readonly Command[], group: string): string {
  return [
    `Usage: virtuoso ${group} COMMAND`,
    '',
    listCommands(commands.filter(({ path }) => path[0] === group))
  ].join('\n')
}

export function describeCommand(command: Command): string {
  const positionals = command.positionals ?? []
  const flags = command.flags ?? []
  const aliases = (command.aliases ?? []).map(words => words.join(' '))
  return [
    `Usage: virtuoso ${usageOf(command)}`,
    '',
    command.summary,
    ...(command.details === undefined ? [] : ['', command.details]),
    ...(aliases.length === 0 ? [] : ['', `Also: ${aliases.join(', ')}`]),
    ...(positionals.length === 0
      ? []
      : ['', 'Arguments:', listPairs(positionals.map(each => [each.name, each.summary]))]),
    ...(flags.length === 0 ? [] : ['', 'Flags:', listFlags(flags)]),
    '',
    'Flags of every command:',
    listFlags(GLOBAL_FLAGS)
  ].join('\n')
}

function usageOf(command: Command): string {
  const words = (command.positionals ?? []).map(wordOf)
  const flags = (command.flags ?? []).length > 0 ? ['[FLAGS]'] : []
  return [commandName(command), ...words, ...flags].join(' ')
}

function listCommands(commands: readonly Command[]): string {
  return listPairs(
    commands.map(command => {
      const words = (command.positionals ?? []).map(wordOf)
      return [[commandName(command), ...words].join(' '), command.summary]
    })
  )
}

function wordOf({ name, optional, multiple }: Positional): string {
  const word = multiple === true ? `${name}...` : name
  return optional === true ? `[${word}]` : word
}

function listFlags(flags: readonly Flag[]): string {
  return listPairs(
    flags.map(flag => {
      const short = flag.short === undefined ? '' : `-${flag.short}, `
      const value = flag.value === undefined ? '' : ` ${flag.value}`
      const again = flag.multiple === true ? ' (may be repeated)' : ''
      return [`${short}--${flag.name}${value}`, `${flag.summary}${again}`]
    })
  )
}

function listPairs(pairs: readonly (readonly [string, string] | string[])[]): string {
  const width = Math.max(...pairs.map(([left = '']) => left.length))
  return pairs.map(([left = '', right = '']) => `  ${padRight(left, width)}  ${right}`).join('\n')
}

function indent(text: string): string {
  return text
    .split('\n')
    .map(line => `  ${line}`)
    .join('\n')
}
