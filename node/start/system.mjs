import { accessSync, constants, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import { Problem } from './problem.mjs'
import { runQuietly } from './run.mjs'

/** Programs we call, with the package that holds each; the names differ from one system to the next. */
const NEEDS = [
  need('qemu-system-x86_64', 'qemu-system-x86', {
    fedora: 'qemu-system-x86-core',
    alpine: 'qemu-system-x86_64',
    brew: 'qemu'
  }),
  need('qemu-img', 'qemu-utils', {
    fedora: 'qemu-img',
    arch: 'qemu-img',
    alpine: 'qemu-img',
    brew: 'qemu'
  }),
  need('mke2fs', 'e2fsprogs'),
  need('cpio', 'cpio'),
  need('xz', 'xz-utils', { fedora: 'xz', arch: 'xz', alpine: 'xz', brew: 'xz' }),
  need('dpkg-deb', 'dpkg')
]

const INSTALLERS = {
  debian: 'apt-get install --no-install-recommends',
  fedora: 'dnf install',
  arch: 'pacman -S --needed',
  alpine: 'apk add',
  brew: 'brew install'
}

const QUIET_APT = { DEBIAN_FRONTEND: 'noninteractive' }

/** `mke2fs` is kept where only root's PATH looks. */
const EXTRA_PATHS = ['/usr/sbin', '/sbin', '/usr/local/sbin']

/** Installs what is missing where that is ours to do (Debian, as root); elsewhere names it. */
export async function bringSystemPackages() {
  const missing = NEEDS.filter(({ program }) => !isInstalled(program))
  if (missing.length === 0) return
  const family = familyOf(process.platform, readOsRelease())
  const packages = [...new Set(missing.map(one => one.packages[family] ?? one.packages.debian))]
  const command = `${INSTALLERS[family] ?? INSTALLERS.debian} ${packages.join(' ')}`
  const programs = missing.map(({ program }) => program).join(', ')
  if (!canUseApt())
    throw new Problem(
      2,
      `${programs} not found. Install them, then run this again:\n    ${asRoot(family)}${command}`
    )
  await aptInstall(packages)
  const still = missing.filter(({ program }) => !isInstalled(program))
  if (still.length > 0)
    throw new Problem(
      1,
      `${still.map(one => one.program).join(', ')} not found even after ${command}`
    )
}

/** `debian` also for its descendants; `other` when we do not know the names. */
export function familyOf(platform, osRelease) {
  if (platform === 'darwin') return 'brew'
  const value = key => new RegExp(`^${key}="?([^"\\n]*)"?$`, 'm').exec(osRelease)?.[1] ?? ''
  const names = `${value('ID')} ${value('ID_LIKE')}`.split(' ')
  return ['debian', 'fedora', 'arch', 'alpine'].find(family => names.includes(family)) ?? 'other'
}

/** Whether apt is ours to call: a Debian and its root. */
export function canUseApt() {
  return (
    familyOf(process.platform, readOsRelease()) === 'debian' &&
    process.getuid?.() === 0 &&
    isInstalled('apt-get')
  )
}

/** Without fresh lists what follows may still succeed from the ones that are there. */
export async function refreshPackageLists() {
  const args = ['update', '-q']
  await runQuietly('reading the package lists (apt-get update)', 'apt-get', args, {
    env: QUIET_APT
  })
}

async function aptInstall(packages) {
  await refreshPackageLists()
  const { code, words } = await runQuietly(
    `installing ${packages.join(' ')}`,
    'apt-get',
    ['install', '-q', '-y', '--no-install-recommends', ...packages],
    { env: QUIET_APT }
  )
  if (code === 0) return
  throw new Problem(
    1,
    `apt-get could not install ${packages.join(' ')}; is there a network? It said:\n${words}`
  )
}

function need(program, debian, others = {}) {
  return { program, packages: { debian, ...others } }
}

function asRoot(family) {
  return family === 'brew' ? '' : 'sudo '
}

function isInstalled(program) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...EXTRA_PATHS]
  return folders.some(folder => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return folder !== ''
    } catch {
      return false
    }
  })
}

function readOsRelease() {
  try {
    return readFileSync('/etc/os-release', 'utf8')
  } catch {
    return ''
  }
}
