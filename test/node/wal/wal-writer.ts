/** Run by the crash test as its own process: appends numbers and says which are acknowledged, until it is killed. */
import { openWal } from '../../../node/wal/index.ts'

const path = process.argv[2]
if (path === undefined) throw new Error('usage: wal-writer PATH')
const opened = await openWal(path)
if (opened.kind === 'corrupt') throw new Error(opened.message)
const { wal } = opened
for (let first = 0; ; first += 3) {
  const numbers = [first, first + 1, first + 2]
  await Promise.all(numbers.map(number => wal.append([Buffer.from(`${number}`)])))
  process.stdout.write(`${first + 2}\n`)
}
