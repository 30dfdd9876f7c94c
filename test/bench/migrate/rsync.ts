/** rsync as it is used between machines: to its own daemon, with what it sends readable, or over ssh. */
import { randomBytes } from 'node:crypto'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { run } from '../processes.ts'
import { type Copied, type Rival, runCopy } from './rival.ts'
import { freePort, type ServerProcess, startServer } from './server-process.ts'
import type { SshServer } from './ssh-server.ts'

/** What we promise too: times kept, what is gone is gone, holes stay holes, and it is on the disk at the end. */
const OPTIONS = ['-a', '--delete', '--sparse', '--fsync', '--stats', '--no-human-readable']
const USER = 'bench'
const MODULE = 'machines'

/** What keeps this computer's rsync from running beside us; null: nothing. */
export async function rsyncLacks(program: string): Promise<string | null> {
  const { output } = await run(program, ['--help'])
  return output.includes('--fsync') ? null : '--fsync, which came with 3.2.4'
}

/** Pushes into `folder` and below it, through a daemon that serves nothing else and asks for a password. */
export async function rsyncDaemon(program: string, folder: string): Promise<readonly Rival[]> {
  const password = randomBytes(16).toString('hex')
  const server = await startDaemon(program, folder, password)
  const rival = (name: Rival['name'], extra: readonly string[]): Rival => ({
    name,
    copy: (source, destination, link) =>
      runCopy({
        server,
        link,
        client: port => ({
          program,
          args: [
            ...OPTIONS,
            ...extra,
            `${source}/`,
            `rsync://${USER}@127.0.0.1:${port}/${MODULE}/${relative(folder, destination)}/`
          ],
          env: { RSYNC_PASSWORD: password }
        }),
        toldBytes
      }),
    close: () => server.stop()
  })
  const { output } = await run(program, ['--version'])
  const zstd = /Compress list:\s+[^\n]*zstd/.test(output)
  if (!zstd) console.error('this rsync was built without zstd: "rsync zstd" is left out')
  return [
    rival('rsync', []),
    rival('rsync --inplace', ['--inplace']),
    ...(zstd ? [rival('rsync zstd', ['--zc=zstd', '--zl=1'])] : [])
  ]
}

export function rsyncOverSsh(program: string, ssh: SshServer): Rival {
  return {
    name: 'rsync ssh',
    copy: (source, destination, link): Promise<Copied> =>
      runCopy({
        server: ssh.server,
        link,
        client: port => ({
          program,
          args: [
            ...OPTIONS,
            '-e',
            `${ssh.program} ${ssh.options.join(' ')} -p ${port}`,
            `${source}/`,
            `${ssh.address}:${destination}/`
          ]
        }),
        toldBytes
      }),
    close: () => ssh.close()
  }
}

async function startDaemon(
  program: string,
  folder: string,
  password: string
): Promise<ServerProcess> {
  const dir = join(folder, 'rsyncd')
  await mkdir(dir)
  const secrets = join(dir, 'secrets')
  await writeFile(secrets, `${USER}:${password}\n`, { mode: 0o600 })
  const port = await freePort()
  const config = join(dir, 'rsyncd.conf')
  await writeFile(config, daemonConfig(folder, dir, secrets, port))
  await chmod(config, 0o600)
  return startServer(program, ['--daemon', '--no-detach', `--config=${config}`], port)
}

function daemonConfig(folder: string, dir: string, secrets: string, port: number): string {
  const id = process.getuid?.() === 0 ? ['uid = 0', 'gid = 0'] : []
  return [
    `port = ${port}`,
    'address = 127.0.0.1',
    `log file = ${join(dir, 'log')}`,
    `lock file = ${join(dir, 'lock')}`,
    'use chroot = no',
    'read only = no',
    `auth users = ${USER}`,
    `secrets file = ${secrets}`,
    ...id,
    `[${MODULE}]`,
    `path = ${folder}`,
    ''
  ].join('\n')
}

function toldBytes(output: string): number {
  const figure = (direction: string): number => {
    const found = new RegExp(`^Total bytes ${direction}: (\\d+)`, 'm').exec(output)?.[1]
    if (found === undefined)
      throw new Error(`rsync does not tell its bytes ${direction}:\n${output}`)
    return Number(found)
  }
  return figure('sent') + figure('received')
}
