/** A 3-member etcd on this machine, where its program is: small puts over its HTTP gateway, each synced by a majority. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { run } from '../processes.ts'
import { median, type Row, row } from '../row.ts'

const MEMBERS = 3
/** As many bytes as one of our small transactions. */
const VALUE = Buffer.alloc(256, 'v').toString('base64')
const LONE_PUTS = 200
const CLIENTS = 128
const SECONDS = 6
const READY_TRIES = 200
const READY_AGAIN_MS = 50

export async function etcdRows(): Promise<readonly Row[]> {
  const found = await run('sh', ['-c', 'command -v etcd'])
  if (found.code !== 0) return []
  const dir = await mkdtemp(join(tmpdir(), 'virtuoso-bench-etcd-'))
  const members: ChildProcess[] = []
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS })
  try {
    const port = await startMembers(dir, members)
    await untilReady(agent, port)
    const lone = await puts(agent, port, { clients: 1, count: LONE_PUTS })
    const many = await puts(agent, port, { clients: CLIENTS, seconds: SECONDS })
    return [
      row('ledger/context/etcd-3-members/lone-put-p50', median(lone.latenciesMs), 'ms'),
      row(`ledger/context/etcd-3-members/${CLIENTS}-clients`, many.perSecond, 'puts/s')
    ]
  } finally {
    agent.destroy()
    for (const member of members) member.kill('SIGKILL')
    await rm(dir, { recursive: true, force: true })
  }
}

/** Returns the port at which the first member answers clients. */
async function startMembers(dir: string, members: ChildProcess[]): Promise<number> {
  const ports = await freePorts(2 * MEMBERS)
  const places = Array.from({ length: MEMBERS }, (_, at) => ({
    name: `m${at}`,
    peer: `http://127.0.0.1:${ports[2 * at]}`,
    client: `http://127.0.0.1:${ports[2 * at + 1]}`
  }))
  const cluster = places.map(({ name, peer }) => `${name}=${peer}`).join(',')
  for (const { name, peer, client } of places) {
    const options = {
      name,
      'data-dir': join(dir, name),
      'listen-peer-urls': peer,
      'initial-advertise-peer-urls': peer,
      'listen-client-urls': client,
      'advertise-client-urls': client,
      'initial-cluster': cluster
    }
    const args = Object.entries(options).flatMap(([option, value]) => [`--${option}`, value])
    members.push(spawn('etcd', args, { stdio: 'ignore' }))
  }
  return ports[1] ?? 0
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map(server => once(server, 'listening')))
  const ports = servers.map(server => (server.address() as { port: number }).port)
  await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))))
  return ports
}

async function untilReady(agent: Agent, port: number): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await put(agent, port, 0)
      return
    } catch (error) {
      if (tries === READY_TRIES) throw error
      await new Promise(resolve => setTimeout(resolve, READY_AGAIN_MS))
    }
  }
}

interface Load {
  readonly clients: number
  /** Whatever comes first. */
  readonly count?: number
  readonly seconds?: number
}

interface Measured {
  readonly perSecond: number
  readonly latenciesMs: readonly number[]
}

async function puts(agent: Agent, port: number, load: Load): Promise<Measured> {
  const { clients, count = Number.POSITIVE_INFINITY, seconds = Number.POSITIVE_INFINITY } = load
  const latenciesMs: number[] = []
  const begunMs = performance.now()
  let begun = 0
  const client = async (): Promise<void> => {
    while (begun < count && performance.now() - begunMs < seconds * 1_000) {
      const sentMs = performance.now()
      await put(agent, port, begun++)
      latenciesMs.push(performance.now() - sentMs)
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  const perSecond = (latenciesMs.length * 1_000) / (performance.now() - begunMs)
  return { perSecond, latenciesMs }
}

function put(agent: Agent, port: number, key: number): Promise<void> {
  const body = JSON.stringify({ key: Buffer.from(`key-${key}`).toString('base64'), value: VALUE })
  return new Promise((resolve, reject) => {
    const path = '/v3/kv/put'
    const sent = request({ agent, port, path, host: '127.0.0.1', method: 'POST' }, answer => {
      answer.resume().once('end', () => {
        if (answer.statusCode === 200) resolve()
        else reject(new Error(`etcd answers ${answer.statusCode}`))
      })
    })
    sent.once('error', reject)
    sent.end(body)
  })
}
