import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Rival, runCopy } from './rival.ts'
import type { SshServer } from './ssh-server.ts'

/** All files of a machine, one after the other: no differences, no holes, no fsync, and nothing is deleted. */
export function scp(program: string, ssh: SshServer): Rival {
  return {
    name: 'scp',
    async copy(source, destination, link) {
      const files = (await readdir(source)).map(name => join(source, name))
      const sizes = await Promise.all(files.map(async file => (await stat(file)).size))
      const bytes = sizes.reduce((sum, size) => sum + size, 0)
      return runCopy({
        server: ssh.server,
        link,
        client: port => ({
          program,
          args: [
            '-q',
            '-p',
            ...ssh.options,
            '-P',
            String(port),
            ...files,
            `${ssh.address}:${destination}/`
          ]
        }),
        toldBytes: () => bytes
      })
    },
    close: () => ssh.close()
  }
}
