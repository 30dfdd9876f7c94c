/** sshd for one run: its own port, keys and configuration; nobody's own configuration is read or changed. */
import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { run, runWell } from '../processes.ts'
import { freePort, type ServerProcess, startServer } from './server-process.ts'

export interface SshServer {
  readonly server: ServerProcess
  /** The client, `ssh`. */
  readonly program: string
  /** `user@host` for rsync and scp. */
  readonly address: string
  /** For ssh, scp and `rsync -e`; the port has another letter in each. */
  readonly options: readonly string[]
  close(): Promise<void>
}

export interface SshPrograms {
  readonly sshd: string
  readonly ssh: string
  readonly keygen: string
}

/** Fails when nobody can log in, and says why. */
export async function openSsh(programs: SshPrograms, folder: string): Promise<SshServer> {
  const dir = join(folder, 'sshd')
  await mkdir(dir)
  const port = await freePort()
  await makeKeys(programs.keygen, dir)
  const config = join(dir, 'sshd_config')
  await writeFile(config, sshdConfig(dir, port))
  const leave = await makeRoomForPrivileges(programs.sshd, config)
  const server = await startServer(programs.sshd, ['-D', '-e', '-f', config], port)
  const address = `${userInfo().username}@127.0.0.1`
  const options = clientOptions(dir)
  const close = async (): Promise<void> => {
    await server.stop()
    await leave()
  }
  try {
    await runWell(programs.ssh, [...options, '-p', String(port), address, 'true'])
  } catch (cause) {
    await close()
    throw cause
  }
  return { server, program: programs.ssh, address, options, close }
}

async function makeKeys(keygen: string, dir: string): Promise<void> {
  for (const name of ['host', 'user'])
    await runWell(keygen, ['-q', '-t', 'ed25519', '-N', '', '-C', 'bench', '-f', join(dir, name)])
  const host = await readFile(join(dir, 'host.pub'), 'utf8')
  await writeFile(join(dir, 'known_hosts'), `bench ${host}`)
}

/** StrictModes asks that every folder above be writable by its owner alone, which a temporary one is not. */
function sshdConfig(dir: string, port: number): string {
  return [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${join(dir, 'host')}`,
    `AuthorizedKeysFile ${join(dir, 'user.pub')}`,
    `AllowUsers ${userInfo().username}`,
    'AuthenticationMethods publickey',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password',
    'StrictModes no',
    'UsePAM no',
    'PidFile none',
    'Subsystem sftp internal-sftp',
    ''
  ].join('\n')
}

function clientOptions(dir: string): readonly string[] {
  const settings = [
    `IdentityFile=${join(dir, 'user')}`,
    'IdentitiesOnly=yes',
    'IdentityAgent=none',
    `UserKnownHostsFile=${join(dir, 'known_hosts')}`,
    'GlobalKnownHostsFile=none',
    'HostKeyAlias=bench',
    'StrictHostKeyChecking=yes',
    'BatchMode=yes',
    'LogLevel=ERROR'
  ]
  return ['-F', 'none', ...settings.flatMap(setting => ['-o', setting])]
}

/** Without an init system the empty folder into which sshd locks itself away may be missing; it goes with us. */
async function makeRoomForPrivileges(sshd: string, config: string): Promise<() => Promise<void>> {
  const { output } = await run(sshd, ['-t', '-f', config])
  const missing = /Missing privilege separation directory: (\S+)/.exec(output)?.[1]
  if (missing === undefined) return () => Promise.resolve()
  await mkdir(missing, { mode: 0o755 })
  return () => rmdir(missing).catch(() => undefined)
}
