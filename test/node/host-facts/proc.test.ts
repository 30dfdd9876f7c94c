import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  availableMemoryMb,
  cgroupLimitMb,
  connectSpeedText,
  defaultInterface,
  estimateBogomips,
  processorName,
  readPhysicalFacts,
  sumBogomips
} from '../../../node/host-facts/index.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

test('speed is the sum of the bogomips of all processors, x86 and ARM spelling', () => {
  assert.equal(
    sumBogomips('processor\t: 0\nbogomips\t: 4890.85\nprocessor\t: 1\nbogomips\t: 4890.85\n'),
    9781
  )
  assert.equal(sumBogomips('processor\t: 0\nBogoMIPS\t: 50.00\n'), 50)
})

test('without bogomips the speed is two for each cycle, and a clock nobody tells counts as 1 GHz', () => {
  assert.equal(sumBogomips('processor\t: 0\n'), null)
  assert.equal(estimateBogomips([2400, 2400]), 9600)
  assert.equal(estimateBogomips([0]), 2000)
})

test('memory for sale is what is available, in whole MB', () => {
  assert.equal(availableMemoryMb('MemTotal: 9999 kB\nMemAvailable:   2047 kB\n'), 1)
  assert.equal(availableMemoryMb('MemAvailable:   2048 kB\n'), 2)
  assert.equal(availableMemoryMb('MemTotal: 9999 kB\n'), null)
})

test('a limit of the container counts, "max" does not', () => {
  assert.equal(cgroupLimitMb('1073741824\n'), 1024)
  assert.equal(cgroupLimitMb('max\n'), null)
  assert.equal(cgroupLimitMb(''), null)
  assert.equal(cgroupLimitMb('9223372036854771712\n'), null)
})

test('the interface of the default route is found, and none is null', () => {
  const head = 'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\n'
  const local = 'eth1\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\n'
  const wide = 'eth0\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\t0\n'
  assert.equal(defaultInterface(head + local + wide), 'eth0')
  assert.equal(defaultInterface(head + local), null)
  assert.equal(defaultInterface(''), null)
})

test('the line speed is written as in the 2004 figures', () => {
  assert.equal(connectSpeedText('100\n'), '100MB')
  assert.equal(connectSpeedText('1000\n'), '1GB')
  assert.equal(connectSpeedText('2500\n'), '2500MB')
  assert.equal(connectSpeedText('-1\n'), 'unknown')
  assert.equal(connectSpeedText(''), 'unknown')
})

test("processors have the catalogue's names", () => {
  assert.equal(processorName('x64'), 'x86-64')
  assert.equal(processorName('riscv64'), 'riscv64')
})

test('this machine has facts', async t => {
  const facts = await readPhysicalFacts(temporaryDirectory(t))
  assert.ok(facts.speed > 0)
  assert.ok(Number.isInteger(facts.memoryMb) && Number.isInteger(facts.storageMb))
  assert.notEqual(facts.processor, 'x64')
})
