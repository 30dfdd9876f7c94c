/** The real UI on the fake node: what the terminal tests start in a pty. */
import { runOn } from '../../tui/ui/index.ts'
import { FakeNodeClient } from './fake-node-client.ts'

const fake = new FakeNodeClient({
  nowMs: Date.now,
  stepMs: Number(process.env['FAKE_STEP_MS'] ?? 20)
})
if (process.env['FAKE_MACHINES'] !== undefined)
  for (let number = 1; number <= Number(process.env['FAKE_MACHINES']); number++)
    await fake.call('machine.create', { configuration: 'debian-mini', name: `machine-${number}` })
if (process.env['FAKE_CRASH'] === '1')
  setTimeout(() => {
    throw new Error('a fault in the program')
  }, 300)
process.exitCode = await runOn(fake)
process.exit()
