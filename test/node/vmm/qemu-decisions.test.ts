import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MachineSpec } from '../../../node/vmm/index.ts'
import { judgeFound } from '../../../node/vmm/qemu/adoption.ts'
import {
  macOf,
  memoryFormat,
  qemuArguments,
  readMemoryFormat
} from '../../../node/vmm/qemu/arguments.ts'
import { runBase, runFolder } from '../../../node/vmm/qemu/run-folder.ts'
import {
  afterRefusedSuspend,
  SUSPEND_ATTEMPTS_MAX,
  SUSPEND_PATIENCE_MS,
  SUSPEND_PAUSE_MS
} from '../../../node/vmm/qemu/suspend-patience.ts'

const UUID = '00000000-0000-8000-8000-000000000001'

const SPEC: MachineSpec = {
  uuid: UUID,
  configuration: {
    name: 'small',
    processor: 'any',
    os: 'Debian',
    speed: 100,
    memoryMb: 129,
    storageMb: 101,
    image: null
  }
}

const PLAN = {
  spec: SPEC,
  accelerator: 'tcg' as const,
  disk: '/d/a,b.qcow2',
  run: runFolder('/r', UUID),
  resumes: false
}

/** The value that follows an option. */
function valueOf(words: readonly string[], option: string): string | undefined {
  const at = words.indexOf(option)
  return at === -1 ? undefined : words[at + 1]
}

test('a guest gets the memory that was bought, its own UUID and is held at first', () => {
  const words = qemuArguments(PLAN)
  assert.equal(valueOf(words, '-m'), '129M')
  assert.equal(valueOf(words, '-uuid'), UUID)
  assert.ok(words.includes('-S') && words.includes('-nodefaults'))
})

test('QEMU may not start programs, gain rights or change its share of the processor', () => {
  const sandbox = valueOf(qemuArguments(PLAN), '-sandbox')
  assert.equal(sandbox, 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny')
})

test('a comma in a path does not end an option', () => {
  const words = qemuArguments(PLAN)
  assert.ok(words.some(word => word.includes('filename=/d/a,,b.qcow2,')))
})

test('no guest has a way to the network of the host', () => {
  const backends = qemuArguments(PLAN).filter((_word, at, all) => all[at - 1] === '-netdev')
  assert.deepEqual(backends, ['hubport,id=net0,hubid=0'])
})

test('the network address belongs to the machine and is a local one', () => {
  assert.equal(macOf(UUID), macOf(UUID))
  assert.match(macOf(UUID), /^52:54:00(:[0-9a-f]{2}){3}$/)
  assert.notEqual(macOf(UUID), macOf('00000000-0000-8000-8000-000000000002'))
})

test('a preconfigured machine boots the kernel of its image, a blank one its disk', () => {
  const image = { kernel: '/i/kernel', initrd: '/i/initrd' }
  assert.equal(valueOf(qemuArguments({ ...PLAN, image }), '-kernel'), '/i/kernel')
  assert.equal(valueOf(qemuArguments(PLAN), '-kernel'), undefined)
})

test('memory saved under KVM and under emulation are different formats', () => {
  assert.equal(memoryFormat('stream', 'tcg'), 'qemu-migration-7.2-tcg')
  assert.equal(memoryFormat('stream', 'kvm'), 'qemu-migration-7.2-kvm')
  assert.equal(memoryFormat('pages', 'tcg'), 'qemu-pages1-7.2-tcg')
  const kvmPages = { kind: 'pages', accelerator: 'kvm' }
  assert.deepEqual(readMemoryFormat('qemu-pages1-7.2-kvm'), kvmPages)
  assert.equal(readMemoryFormat('qemu-pages2-7.2-kvm'), undefined)
})

test('a guest found running goes on, one before its first instruction stays held', () => {
  assert.deepEqual(judgeFound('running', 'none'), { take: 'running' })
  assert.deepEqual(judgeFound('running', 'going'), { take: 'running' })
  assert.deepEqual(judgeFound('prelaunch', 'none'), { take: 'held' })
})

test('a paused guest is held, whatever paused it, and one whose memory was going out goes on', () => {
  assert.deepEqual(judgeFound('paused', 'saved'), { take: 'held' })
  assert.deepEqual(judgeFound('paused', 'going'), { take: 'held' })
  assert.deepEqual(judgeFound('paused', 'none'), { take: 'held' })
  assert.deepEqual(judgeFound('finish-migrate', 'none'), { take: 'continue' })
})

test('a guest whose memory went out is ended only if the file is whole', () => {
  assert.deepEqual(judgeFound('postmigrate', 'saved'), { take: 'quit' })
  assert.deepEqual(judgeFound('postmigrate', 'none'), { take: 'continue' })
})

test('a guest that powered off unseen or was still loading is ended', () => {
  assert.deepEqual(judgeFound('shutdown', 'none'), { take: 'quit' })
  assert.deepEqual(judgeFound('inmigrate', 'saved'), { take: 'quit' })
})

test('a refused suspend is tried again up to the 100th attempt and not after it', () => {
  assert.equal(SUSPEND_ATTEMPTS_MAX, 100)
  assert.deepEqual(afterRefusedSuspend(99, 0), { next: 'again' })
  assert.deepEqual(afterRefusedSuspend(100, 0), { next: 'refuse' })
})

test('no attempt to suspend begins later than 60 s after the first', () => {
  const latestMs = SUSPEND_PATIENCE_MS - SUSPEND_PAUSE_MS
  assert.deepEqual(afterRefusedSuspend(1, latestMs), { next: 'again' })
  assert.deepEqual(afterRefusedSuspend(1, latestMs + 1), { next: 'refuse' })
})

test('sockets are in the data directory as long as their paths fit, else in a temporary one', () => {
  // run, uuid, the longest name and their slashes take 59 of 103 bytes.
  const longest = `/${'d'.repeat(43)}`
  assert.equal(runBase(longest, '/tmp'), `${longest}/run`)
  assert.match(runBase(`${longest}d`, '/tmp'), /^\/tmp\/virtuoso-[0-9a-f]{12}$/)
  assert.notEqual(runBase(`${longest}d`, '/tmp'), runBase(`${longest}e`, '/tmp'))
})
