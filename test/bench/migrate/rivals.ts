/** Others that copy a directory to another machine, where they are installed. They run beside us in the same run. */
import { accessSync, constants } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import type { Rival } from './rival.ts'
import { rsyncDaemon, rsyncLacks, rsyncOverSsh } from './rsync.ts'
import { scp } from './scp.ts'
import { openSsh, type SshServer } from './ssh-server.ts'

export type { Copied, Rival } from './rival.ts'

/** Where servers are kept, which the path of a user often leaves out. */
const SERVER_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/sbin']

/**
 * Their servers serve `folder` and what is below it. Whoever is missing or cannot run is left out, with a sentence
 * on stderr that says what to install.
 */
export async function openRivals(folder: string): Promise<readonly Rival[]> {
  await mkdir(folder, { recursive: true })
  const rsync = await usableRsync()
  const ssh = await leftOut('rsync over ssh and scp', () => usableSsh(folder))
  const scpProgram = find('scp')
  return [
    ...(rsync === null
      ? []
      : ((await leftOut("rsync's daemon", () => rsyncDaemon(rsync, folder))) ?? [])),
    ...(rsync === null || ssh === null ? [] : [rsyncOverSsh(rsync, ssh)]),
    ...(scpProgram === null || ssh === null ? [] : [scp(scpProgram, ssh)])
  ]
}

async function usableRsync(): Promise<string | null> {
  const program = find('rsync')
  if (program === null) {
    console.error('rsync is left out: install the package rsync to run beside it')
    return null
  }
  const lacks = await rsyncLacks(program)
  if (lacks !== null) console.error(`rsync is left out: ${program} lacks ${lacks}`)
  return lacks === null ? program : null
}

async function usableSsh(folder: string): Promise<SshServer | null> {
  const [sshd, ssh, keygen] = [find('sshd'), find('ssh'), find('ssh-keygen')]
  if (sshd !== null && ssh !== null && keygen !== null)
    return openSsh({ sshd, ssh, keygen }, folder)
  console.error(
    'rsync over ssh and scp are left out: install the packages openssh-server and openssh-client'
  )
  return null
}

/** A rival that does not start is no reason to fail: our own figures do not need it. */
async function leftOut<T>(who: string, open: () => Promise<T>): Promise<T | null> {
  try {
    return await open()
  } catch (error) {
    console.error(`${who} left out: ${error instanceof Error ? error.message : String(error)}`)
    return null
  }
}

function find(program: string): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...SERVER_FOLDERS]
  const paths = folders.filter(folder => folder !== '').map(folder => join(folder, program))
  return paths.find(isProgram) ?? null
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
