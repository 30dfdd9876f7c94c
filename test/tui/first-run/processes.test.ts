import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Daemon } from '../../../tui/first-run/daemon.ts'
import { Figures } from '../../../tui/first-run/figures.ts'
import { openFolder } from '../../../tui/first-run/folder.ts'
import { CommandFailed, Shell } from '../../../tui/first-run/shell.ts'

const base = await mkdtemp(join(tmpdir(), 'virtuoso-test-'))
after(() => rm(base, { recursive: true, force: true }))

/** A stand-in for the `virtuoso` command: prints what it was called with, or fails. */
const PROGRAM = join(base, 'program.mjs')
await writeFile(
  PROGRAM,
  `const args = process.argv.slice(2)
  if (args[0] === 'fail') {
    process.stderr.write('virtuoso: it was refused\\n')
    process.exit(4)
  }
  if (args[0] === 'node') process.exit(3)
  const json = { args, home: process.env.VIRTUOSO_HOME }
  process.stdout.write(args.includes('--json') ? JSON.stringify(json) : 'a\\u001b[2Jb\\u0007c\\r\\nlast')`
)

function shellInto(written: string[], signal: AbortSignal = new AbortController().signal): Shell {
  return new Shell({
    program: PROGRAM,
    dirOf: user => join(base, user),
    env: process.env,
    write: text => void written.push(text),
    signal
  })
}

test('a command is shown as it would be typed, with its output and without control characters', async () => {
  const written: string[] = []
  await shellInto(written).show('maria', 'console', 'web1', '--send', "it's me")
  assert.equal(
    written.join(''),
    "maria$ virtuoso console web1 --send 'it'\\''s me'\n  ab\ufffdc\n  last\n"
  )
})

test('each participant has a home of its own', async () => {
  const shell = shellInto([])
  const answer = await shell.ask<{ args: string[]; home: string }>('maria', 'node-of', 'mine')
  assert.deepEqual(answer, { args: ['node-of', 'mine', '--json'], home: join(base, 'maria') })
})

test('a command that fails where the step needs it to work says how it ended', async () => {
  const shell = shellInto([])
  await assert.rejects(shell.show('maria', 'fail'), (error: unknown) => {
    assert.ok(error instanceof CommandFailed)
    assert.match(error.message, /maria\$ virtuoso fail ended with exit code 4: .*it was refused/)
    return true
  })
  assert.equal((await shell.run('maria', 'fail')).code, 4)
})

test('nothing is started any more once the run was interrupted', async () => {
  const stopped = new AbortController()
  stopped.abort(new Error('stopped by SIGINT'))
  await assert.rejects(async () => shellInto([], stopped.signal).run('maria', 'x'), /SIGINT/)
})

test('a node that ends while it starts is told at once, with its log', async () => {
  const log = join(base, 'alex.log')
  const dir = join(base, 'alex')
  const daemon = await Daemon.start({ program: PROGRAM, dir, log, env: process.env })
  const ready = daemon.ready(new AbortController().signal)
  await assert.rejects(ready, /alex ended while it started; see .*alex\.log/)
  await daemon.stop()
})

test('a folder that a former run left is emptied; one with other files is refused', async () => {
  const dir = await openFolder(join(base, 'market'))
  await writeFile(join(dir, 'old'), '')
  assert.equal(await openFolder(dir), dir)
  assert.ok(!(await readdir(dir)).includes('old'))
  const strange = join(base, 'strange')
  await mkdir(strange)
  await writeFile(join(strange, 'thesis.txt'), 'mine')
  await assert.rejects(openFolder(strange), /holds other files/)
  assert.equal(await readFile(join(strange, 'thesis.txt'), 'utf8'), 'mine')
})

test('figures are kept as one JSON object a line', async () => {
  const figures = new Figures()
  figures.add('suspend', 1.5, 's')
  const file = join(base, 'figures.jsonl')
  await figures.append(file)
  await figures.append(file)
  const line = '{"name":"suspend","value":1.5,"unit":"s"}\n'
  assert.equal(await readFile(file, 'utf8'), line + line)
})
