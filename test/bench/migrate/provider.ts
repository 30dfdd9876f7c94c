/**
 * A provider's process in the bench: everything that a move's bytes go through, and nothing of the ledger. It does what
 * the parent asks by `calls.ts`.
 */
import '../../../node/polyfill.ts'
import { mkdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import type { Configuration, Uuid } from '../../../ledger/index.ts'
import { Contents } from '../../../node/content/index.ts'
import { nodeCrypto } from '../../../node/crypto/index.ts'
import { createIdentity } from '../../../node/identity/index.ts'
import { createNetwork, type Network } from '../../../node/network/index.ts'
import { SideOffers, SideThread, sidePullFor } from '../../../node/side-channel/index.ts'
import {
  comingBytes,
  LinkMeter,
  methodOf,
  Packer,
  PageRoots,
  ProgressMeter,
  Pull,
  servedContent,
  Throttle
} from '../../../node/transfer/index.ts'
import { createQemuVmm, type MachineSpec, type Vmm } from '../../../node/vmm/index.ts'
import { blocksSource, makeChallenge, serveBlocks } from '../../../protocols/blocks/index.ts'
import type { Answer, CallName, Calls, PullResult, PullWish, Question } from './calls.ts'
import { fillMachine, fillSparse, type Shape } from './machine-files.ts'
import { RssPeak, treeCpuSeconds } from './usage.ts'

interface Node {
  readonly vmm: Vmm
  readonly contents: Contents
  readonly nodeKeyRaw: Uint8Array
  network: Network
}

const NETWORK = 'be'.repeat(32)
const PACKER = new Packer(() => performance.now())
const FREELY = new Throttle(Infinity)
const SIDE = new SideThread()
const SIDE_PORT = await freePort()
const SIDE_OFFERS = new SideOffers({ thread: SIDE, host: '127.0.0.1', port: SIDE_PORT })
const never = new AbortController().signal
const rss = new RssPeak()
let node: Node | null = null
let cpuBefore = 0

const CALLS: { [K in CallName]: (input: Calls[K][0]) => Promise<Calls[K][1]> } = {
  open: ({ dir }) => open(dir),
  async make({ uuid, from }) {
    await fillMachine(opened().vmm, specOf(uuid), from)
    return null
  },
  async makeSparse(wish) {
    await fillSparse(opened().vmm, specOf(wish.uuid, wish.diskMb), wish)
    return null
  },
  async seal({ uuid }) {
    const beganMs = performance.now()
    const root = await opened().contents.seal(uuid)
    return { root, seconds: (performance.now() - beganMs) / 1000 }
  },
  async forget({ uuid }) {
    await opened().contents.forget(uuid)
    return null
  },
  async remove({ uuid }) {
    const { vmm, contents } = opened()
    if ((await vmm.status(uuid)) !== 'absent') await vmm.delete(uuid)
    await contents.forget(uuid)
    return null
  },
  pull,
  async usage() {
    const cpu = await treeCpuSeconds(process.pid)
    const cpuSeconds = cpu - cpuBefore
    cpuBefore = cpu
    return { cpuSeconds, rssMb: rss.take() }
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  return address !== null && typeof address === 'object' ? address.port : 0
}

function opened(): Node {
  if (node === null) throw new Error('the provider has not been opened')
  return node
}

/** The machine of the measurements: 1,100 MiB of disk with its two redo logs behind it, 256 MiB of memory. */
export const SHAPE: Shape = { diskMb: 1_150, memoryMb: 256 }

function specOf(uuid: Uuid, diskMb: number = SHAPE.diskMb): MachineSpec {
  const configuration: Configuration = {
    name: 'bench',
    processor: 'any',
    os: 'any',
    speed: 100,
    memoryMb: SHAPE.memoryMb,
    storageMb: diskMb,
    image: null
  }
  return { uuid, configuration }
}

async function open(dir: string): Promise<Calls['open'][1]> {
  await mkdir(dir, { recursive: true })
  const vmm = createQemuVmm({
    dataDir: dir,
    accelerator: 'tcg',
    images: { find: async () => undefined, list: async () => [] }
  })
  await vmm.open()
  const folder = join(dir, 'manifests')
  const contents = new Contents({ vmm, crypto: nodeCrypto, folder, images: null })
  const { nodeKeyRaw } = await createIdentity({
    dir: join(dir, 'identity'),
    password: 'of no worth',
    cost: { n: 2, r: 1, p: 1 }
  })
  const network = await connect(nodeKeyRaw)
  node = { vmm, contents, nodeKeyRaw, network }
  SIDE.warm()
  await network.serve('blocks', stream => serveBlocks(stream, machine => serve(machine)))
  return { key: network.key, address: network.addresses()[0] ?? '', sidePort: SIDE_PORT }
}

function connect(nodeKeyRaw: Uint8Array): Promise<Network> {
  return createNetwork({
    nodeKeyRaw,
    network: NETWORK,
    listen: ['/ip4/127.0.0.1/tcp/0'],
    bootstrap: [],
    sharedAddresses: true,
    log: () => undefined
  })
}

async function serve(machine: Uuid) {
  const { vmm, contents } = opened()
  const manifest = await contents.manifest(machine)
  const content = await vmm.content(machine)
  const side = SIDE_OFFERS.of(content)
  const served = servedContent({
    content,
    manifest,
    known: root => contents.known(machine, root),
    packer: PACKER,
    throttle: FREELY,
    side: () => side.offer(),
    signal: never
  })
  return {
    ...served,
    challenge: () => makeChallenge(content.parts, size => new Uint8Array(size)),
    judge: () => Promise.reject(new Error('the bench asks for no receipt')),
    close: async () => {
      await side.close()
      await Promise.all([served.close(), manifest.close(), content.close()])
    }
  }
}

/** From the command to the fsynced machine in its place, as a destination does it. */
async function pull(wish: PullWish): Promise<PullResult> {
  const { vmm, contents, nodeKeyRaw, network: former } = opened()
  const { uuid, root } = wish
  const spec = specOf(uuid, wish.diskMb)
  // One that has met the source knows its real address, and would go round the link that the bench has put between.
  await former.stop()
  const network = await connect(nodeKeyRaw)
  opened().network = network
  const beganMs = performance.now()
  if (wish.hash && (await vmm.status(uuid)) !== 'absent') await contents.seal(uuid)
  const stream = await network.open('blocks', wish.key, {
    addresses: [wish.address],
    signal: never
  })
  const source = blocksSource(stream)
  const outline = await source.hello(uuid, root)
  const method = methodOf(wish.method)
  if (method === undefined) throw new Error(`there is no method ${wish.method}`)
  const base = method.baseOf(await contents.base(uuid, spec.configuration))
  const pageRoots = new PageRoots(nodeCrypto, outline, root)
  const coming = await comingBytes(source, { crypto: nodeCrypto, pageRoots, base })
  const side = sidePullFor(coming.bytes, {
    thread: SIDE,
    host: () => network.addressOf(wish.key),
    log: () => undefined
  })
  // As if there were a link between, which stands at another port.
  const offer = async () => {
    const made = await source.side()
    return made && { ...made, port: wish.sidePort }
  }
  void side?.open({ side: offer })
  const how = {
    base: base?.kind ?? 'none',
    resume: false,
    comingBytes: coming.bytes,
    changing: coming.parts
  } as const
  const sink = await vmm.receive(spec, outline.parts, how)
  const manifest = await contents.arriving(uuid, root, outline.parts)
  const meter = new ProgressMeter(outline.parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0))
  const job = {
    crypto: nodeCrypto,
    outline,
    root,
    pageRoots,
    method,
    base,
    sink,
    manifest,
    meter,
    resumed: false,
    link: new LinkMeter(),
    throttle: FREELY,
    side,
    signal: never,
    onProgress: () => rss.look()
  }
  await new Pull(job).run(source)
  await manifest.finish()
  void source.close()
  await base?.manifest.close()
  await sink.commit()
  await contents.adopt(uuid, root)
  const seconds = (performance.now() - beganMs) / 1000
  const { bytesDone, bytesReused, bytesSent } = meter.progress()
  return { seconds, bytesDone, bytesReused, bytesSent }
}

// The source only answers: nothing of its own tells when to look.
setInterval(() => rss.look(), 100).unref()

process.on('message', (question: Question) => {
  const { id, call, input } = question
  void CALLS[call](input as never).then(
    result => process.send?.({ id, result } satisfies Answer),
    (error: unknown) => {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
      process.send?.({ id, error: text } satisfies Answer)
    }
  )
})
process.on('disconnect', () => process.exit(0))
