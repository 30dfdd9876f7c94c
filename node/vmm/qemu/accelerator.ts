import { execFile, spawn } from 'node:child_process'
import { access, constants, readFile } from 'node:fs/promises'
import { cpus, release } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ImageFiles } from '../vmm.ts'
import type { Accelerator } from './arguments.ts'
import { writeDurably } from './durable.ts'
import { missing } from './process.ts'

const run = promisify(execFile)

/** Under KVM debian-mini is there within two seconds; a host on which it hangs never gets there. */
const PROBE_PATIENCE_S = 10

/** What debian-mini prints when its kernel, modules and shell have come up. */
const BOOT_MARKER = 'virtuoso ready'

/** Throws VMM_MISSING. */
export async function qemuVersion(program: string): Promise<string> {
  try {
    const { stdout } = await run(program, ['--version'])
    return /version (\S+)/.exec(stdout)?.[1] ?? 'unknown'
  } catch (cause) {
    throw missing(program, cause)
  }
}

export interface AcceleratorProbe {
  readonly program: string
  readonly version: string
  /** Where the verdict is remembered. */
  readonly folder: string
  readonly image: ImageFiles | undefined
}

/**
 * KVM if a guest really boots under it: `/dev/kvm` can be there and the kernel hang all the same. The verdict
 * holds for one QEMU, one host kernel and one processor; without an image to boot, nothing is risked.
 */
export async function chooseAccelerator(probe: AcceleratorProbe): Promise<Accelerator> {
  if (!(await canOpenKvm()) || probe.image === undefined) return 'tcg'
  const key = `${probe.version} ${release()} ${cpus()[0]?.model ?? 'unknown'}`
  const file = join(probe.folder, 'accelerator.json')
  const known = await remembered(file, key)
  if (known !== undefined) return known
  const accelerator = (await bootsUnderKvm(probe.program, probe.image)) ? 'kvm' : 'tcg'
  await writeDurably(file, Buffer.from(`${JSON.stringify({ key, accelerator })}\n`))
  return accelerator
}

async function canOpenKvm(): Promise<boolean> {
  return await access('/dev/kvm', constants.R_OK | constants.W_OK).then(
    () => true,
    () => false
  )
}

async function remembered(file: string, key: string): Promise<Accelerator | undefined> {
  try {
    const found = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>
    if (found['key'] !== key) return undefined
    return found['accelerator'] === 'kvm' ? 'kvm' : 'tcg'
  } catch {
    return undefined
  }
}

async function bootsUnderKvm(program: string, image: ImageFiles): Promise<boolean> {
  const words = [
    ['-nodefaults', '-no-user-config', '-no-reboot', '-machine', 'pc-i440fx-7.2,accel=kvm'],
    ['-cpu', 'qemu64', '-m', `${image.minimum.memoryMb}M`, '-display', 'none'],
    ['-kernel', image.kernel, '-initrd', image.initrd],
    ['-append', 'console=ttyS0 quiet', '-serial', 'stdio']
  ].flat()
  // A node that is killed meanwhile must not leave a hung guest behind that burns a processor for ever, so the
  // limit is kept by a process of its own: coreutils' timeout ends the guest when it is asked to, or by itself.
  const limited = ['--kill-after=1', String(PROBE_PATIENCE_S), program, ...words]
  const guest = spawn('timeout', limited, { stdio: ['ignore', 'pipe', 'ignore'] })
  const exited = new Promise<void>(resolve => guest.once('close', () => resolve()))
  guest.once('error', () => guest.kill())
  let seen = ''
  guest.stdout.on('data', bytes => {
    seen = `${seen}${String(bytes)}`.slice(-4096)
    if (seen.includes(BOOT_MARKER)) guest.kill()
  })
  await exited
  return seen.includes(BOOT_MARKER)
}
