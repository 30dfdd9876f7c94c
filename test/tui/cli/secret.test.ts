import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { type Context, FlagValues, Output, secretPrompt } from '../../../tui/cli/index.ts'

interface Terminal {
  readonly prompt: (twice: boolean) => Promise<string>
  readonly shown: () => string
  readonly modes: boolean[]
}

/** A terminal at which somebody types these lines, one after each question. */
function terminal(...lines: readonly string[]): Terminal {
  const stdin = new PassThrough()
  const modes: boolean[] = []
  const waiting = [...lines]
  let shown = ''
  const sink = { write: (text: string | Uint8Array) => void (shown += String(text)) }
  const setRawMode = (raw: boolean): void => {
    modes.push(raw)
    if (raw) stdin.write(waiting.shift() ?? '\u0004')
  }
  const context: Context = {
    world: {
      env: {},
      stdin: Object.assign(stdin, { isTTY: true, setRawMode }),
      stdout: sink,
      stderr: sink,
      connect: () => Promise.reject(new Error('no node')),
      onInterrupt: () => () => undefined
    },
    output: new Output({
      stdout: sink,
      stderr: sink,
      json: false,
      quiet: false,
      verbose: false,
      color: false
    }),
    dir: '/nowhere',
    positionals: [],
    flags: new FlagValues({}),
    wait: true,
    signal: new AbortController().signal,
    client: () => Promise.reject(new Error('no node')),
    call: () => Promise.reject(new Error('no node'))
  }
  return {
    prompt: async twice => {
      const prompt = secretPrompt(context, 'New password', twice)
      assert.ok(prompt)
      return prompt()
    },
    shown: () => shown,
    modes
  }
}

test('a new password is asked for twice and never shown', async () => {
  const { prompt, shown, modes } = terminal('correct horse\r', 'correct horse\r')
  assert.equal(await prompt(true), 'correct horse')
  assert.equal(shown(), 'New password: \nThe same again: \n')
  assert.deepEqual(modes, [true, false, true, false], 'the terminal echoes again afterwards')
})

test('two different answers are refused', async () => {
  const { prompt, modes } = terminal('correct horse\r', 'correct house\r')
  await assert.rejects(prompt(true), /not the same/)
  assert.equal(modes.at(-1), false)
})

test('backspace takes back a whole letter', async () => {
  assert.equal(await terminal('a仮\u{1f600}\u007f\u007fb\r').prompt(false), 'ab')
})

test('Ctrl-C gives up and leaves the terminal as it was', async () => {
  const { prompt, modes } = terminal('secr\u0003')
  await assert.rejects(prompt(false), /nothing was given/)
  assert.deepEqual(modes, [true, false])
})
