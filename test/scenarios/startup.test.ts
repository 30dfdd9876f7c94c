/** What `virtuoso node run` says when it cannot begin, and what a host without its QEMU does. */
import assert from 'node:assert/strict'
import { chmod, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { after, before, describe } from 'node:test'
import { addHost, Lab, scenarios } from '../support/lab.ts'

describe('a node that cannot begin', () => {
  let lab: Lab
  const scenario = scenarios(() => lab)

  before(async () => {
    lab = await Lab.open()
  })
  after(() => lab.close())

  scenario('a wrong password opens nothing and is denied', async () => {
    const olga = await lab.add('olga', { role: 'observer', asleep: true })
    const wrong = { VIRTUOSO_PASSWORD: 'wrong horse' }
    const denied = { exit: 4, code: 'WRONG_PASSWORD', says: /password/ }
    await olga.refused('node run', denied, wrong)
    await olga.start()
  })

  scenario('a password that is too short, or lies open to others, is refused', async () => {
    const olga = lab.node('olga')
    const short = { exit: 2, code: 'PASSWORD_TOO_SHORT', says: /at least 8/ }
    await olga.refused('node run', short, { VIRTUOSO_PASSWORD: 'horse' })
    const file = join(lab.dir, 'password')
    await writeFile(file, 'correct horse\n')
    await chmod(file, 0o644)
    const exposed = { exit: 4, code: 'PASSWORD_FILE_EXPOSED', says: /chmod 600/ }
    await olga.refused(`node run --password-file ${file}`, exposed)
  })

  scenario('without a terminal nobody is asked: the flag is named', async () => {
    const missing = { exit: 2, code: 'PASSWORD_MISSING', says: /--password-file/ }
    await lab.node('olga').refused('node run', missing, { VIRTUOSO_PASSWORD: '' })
  })

  scenario(
    'a second node on the same data directory is refused, and the first lives on',
    async () => {
      await lab.coordinator.refused('node run', {
        exit: 1,
        code: 'STORE_LOCKED',
        says: /in use by process \d+: use that node, stop it, or give another --data/
      })
      assert.equal((await lab.coordinator.virtuoso('node status')).code, 0)
    }
  )

  scenario('a port that is taken is named', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise(resolve => server.once('listening', resolve))
    const address = server.address()
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0
    const paul = await lab.add('paul', {
      role: 'observer',
      asleep: true,
      listen: [`/ip4/127.0.0.1/tcp/${port}`]
    })
    try {
      await paul.refused('node run', {
        exit: 1,
        code: 'PORT_TAKEN',
        says: new RegExp(`already listens on /ip4/127.0.0.1/tcp/${port}: .*node.json`)
      })
    } finally {
      server.close()
    }
    await paul.start()
  })

  scenario(
    'a data directory without a node, and one that was damaged, say what to do',
    async () => {
      const nobody = { VIRTUOSO_HOME: join(lab.dir, 'nobody') }
      await lab.coordinator.refused(
        'node run',
        { exit: 3, code: 'CONFIG_MISSING', says: /virtuoso node init/ },
        nobody
      )
      await lab.coordinator.refused(
        'node status',
        { exit: 5, code: 'NODE_UNREACHABLE', says: /no node/, hints: /virtuoso node run/ },
        nobody
      )
      const dora = await lab.add('dora', { role: 'observer', asleep: true })
      await writeFile(join(dora.dir, 'node.json'), '{"version": 1, "roles": []')
      await dora.refused('node run', {
        exit: 2,
        code: 'CONFIG_DAMAGED',
        says: /node\.json is no JSON/
      })
    }
  )

  scenario(
    'without its QEMU a host says which packages it needs, and the market goes on',
    async () => {
      const maria = await lab.join('maria', { role: 'buyer' })
      const bare = await lab.join('bare', {
        role: 'provider',
        vmm: { kind: 'qemu', binary: '/nonexistent/qemu-system-x86_64' }
      })
      const missing = { exit: 1, code: 'VMM_MISSING', says: /qemu-system-x86/, hints: /doctor/ }
      await bare.refused('host facts', missing)
      await bare.refused(
        'host add virt17 --speed-price 1 --memory-price 1 --storage-price 1',
        missing
      )
      assert.equal((await bare.virtuoso('node status')).code, 0, 'the node itself lives on')
      const alex = await lab.join('alex', { role: 'provider' })
      await addHost(alex, 'virt18', [maria])
    }
  )
})
