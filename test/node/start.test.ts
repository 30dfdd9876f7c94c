import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'

/** The starter is plain JavaScript outside the build; what is called here, with its types. */
interface Starter {
  readonly checkNodeVersion: (version: string) => void
  readonly missingPackages: (wanted: Lock, installed: Lock | null) => string[]
  readonly familyOf: (platform: string, osRelease: string) => string
}
type Lock = Record<string, { version?: string; optional?: boolean }>

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const SCRATCH = mkdtempSync(join(tmpdir(), 'virtuoso-start-'))
after(() => rmSync(SCRATCH, { recursive: true, force: true }))

const { checkNodeVersion } = await part('runtime')
const { missingPackages } = await part('packages')
const { familyOf } = await part('system')

test('after npm ci nothing of the lockfile is looked for again', () => {
  const lockOf = (...path: string[]): Lock => {
    const file = JSON.parse(readFileSync(join(ROOT, ...path), 'utf8')) as { packages: Lock }
    return file.packages
  }
  const installed = lockOf('node_modules', '.package-lock.json')
  assert.deepEqual(missingPackages(lockOf('package-lock.json'), installed), [])
})

test('Node 20.19 is enough, one minor version below it is not, and the message names both', () => {
  checkNodeVersion('20.19.0')
  checkNodeVersion('21.0.0')
  assert.throws(
    () => checkNodeVersion('20.18.3'),
    /this is Node 20\.18\.3; Node 20\.19\.0 or newer/
  )
})

test('packages are missing when absent or of another version; optional ones may be absent', () => {
  const wanted = {
    '': {},
    'node_modules/a': { version: '1.0.0' },
    'node_modules/a/node_modules/b': { version: '2.0.0' },
    'node_modules/c': { version: '3.0.0', optional: true }
  }
  assert.deepEqual(missingPackages(wanted, null), ['a', 'b'])
  const installed = { 'node_modules/a': { version: '1.0.0' } }
  const nested = { 'node_modules/a/node_modules/b': { version: '2.0.1' } }
  assert.deepEqual(missingPackages(wanted, { ...installed, ...nested }), ['b'])
  assert.deepEqual(missingPackages(wanted, wanted), [])
})

test('a descendant of Debian is Debian, and an unknown system is other', () => {
  assert.equal(familyOf('linux', 'NAME="Debian"\nID=debian\n'), 'debian')
  assert.equal(familyOf('linux', 'ID=linuxmint\nID_LIKE="ubuntu debian"\n'), 'debian')
  assert.equal(familyOf('linux', 'ID="rocky"\nID_LIKE="rhel centos fedora"\n'), 'fedora')
  assert.equal(familyOf('linux', 'ID=nixos\n'), 'other')
  assert.equal(familyOf('darwin', ''), 'brew')
})

test('an unknown job is a usage error that lists the jobs', async () => {
  const { code, output } = await start(clone('unknown', {}), 'fly')
  assert.equal(code, 2)
  assert.match(output, /there is no job "fly"/)
  assert.match(output, /first-run/)
})

test('when npm cannot reach its packages the starter passes on what it said, without a stack', async () => {
  const folder = clone('offline', {
    npm: 'PATH=/usr/bin:/bin; echo "npm error network unreachable" >&2; seq 100; exit 1'
  })
  const { code, output } = await start(folder, 'setup')
  assert.equal(code, 1)
  assert.match(
    output,
    /npm ci failed; is there a network\? It said:\nnpm error network unreachable/
  )
  assert.doesNotMatch(output, /\n {4}at /)
})

test('where programs are missing and cannot be installed, the starter names the packages and exits 2', async () => {
  const folder = clone('bare', { npm: 'exit 0' }, { 'node_modules/.bin/tsc': 'exit 0' })
  const { code, output } = await start(folder, 'setup')
  assert.equal(code, 2)
  assert.match(
    output,
    /qemu-system-x86_64, .*not found\. Install them, then run this again:\n {4}.*qemu/
  )
})

async function part(name: string): Promise<Starter> {
  return (await import(new URL(`../../../node/start/${name}.mjs`, import.meta.url).href)) as Starter
}

/** A folder as after `git clone`, with a lockfile of one package and these programs as its only PATH. */
function clone(
  name: string,
  programs: Record<string, string>,
  files: Record<string, string> = {}
): string {
  const folder = join(SCRATCH, name)
  mkdirSync(join(folder, 'node'), { recursive: true })
  mkdirSync(join(folder, 'bin'))
  cpSync(join(ROOT, 'node', 'start.mjs'), join(folder, 'node', 'start.mjs'))
  cpSync(join(ROOT, 'node', 'start'), join(folder, 'node', 'start'), { recursive: true })
  const lock = { packages: { 'node_modules/a': { version: '1.0.0' } } }
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock))
  for (const [program, body] of Object.entries(programs)) script(join(folder, 'bin', program), body)
  for (const [path, body] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true })
    script(join(folder, path), body)
  }
  return folder
}

function script(path: string, body: string): void {
  writeFileSync(path, `#!/bin/sh\n${body}\n`)
  chmodSync(path, 0o755)
}

function start(folder: string, job: string): Promise<{ code: number; output: string }> {
  const env = { PATH: join(folder, 'bin'), HOME: folder }
  return new Promise(settle => {
    execFile(
      process.execPath,
      [join(folder, 'node', 'start.mjs'), job],
      { env },
      (error, stdout, stderr) =>
        settle({ code: Number(error?.code ?? 0), output: `${stdout}${stderr}` })
    )
  })
}
