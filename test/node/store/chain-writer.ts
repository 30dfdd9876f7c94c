/** Run by the crash test as its own process: appends blocks and says which are acknowledged, until it is killed. */

import { openStore } from '../../../node/store/index.ts'
import { soloBlocks } from './solo-blocks.ts'

const location = process.argv[2]
if (location === undefined) throw new Error('usage: chain-writer STORE')
const store = await openStore(location)
for (const record of soloBlocks(10_000)) {
  await store.chain.append([record], true)
  process.stdout.write(`${record.tip.state.height} ${record.tip.block}\n`)
}
