import type { MachineView, OperationView, SearchView } from '../../../node/client.ts'
import { check, checkEqual } from '../check.ts'
import { BUYER, DEAR_HOST, MACHINE } from '../participants.ts'
import type { Scene } from '../scene.ts'

/** from one provider to the other by VMMP, method SCP. */
export async function moveMachine(scene: Scene): Promise<void> {
  const { shell, say, figures, seen } = scene
  await shell.show(BUYER, 'machine', 'search', MACHINE, '--move')
  const found = await shell.ask<SearchView>(BUYER, 'machine', 'search', MACHINE, '--move')
  const methods = found.matches.find(match => match.name === DEAR_HOST.name)?.methods ?? []
  check(say, `${DEAR_HOST.name} takes it by SCP`, methods.includes('SCP'), methods.join(' '))
  const ran = await shell.show(
    BUYER,
    'machine',
    'move',
    MACHINE,
    '--host',
    DEAR_HOST.name,
    '--method',
    'SCP'
  )
  figures.add('move', ran.ms / 1000, 's')
  await recordBytes(scene)
  const machine = await shell.ask<MachineView>(BUYER, 'machine', 'show', MACHINE)
  checkEqual(say, 'the ledger says that it is held by', machine.holder?.name, DEAR_HOST.name)
  checkEqual(say, 'it is still', machine.state, 'suspended')
  checkEqual(say, 'what arrived is what was sealed, root', machine.root, seen.root)
}

async function recordBytes({ shell, figures, say }: Scene): Promise<void> {
  const { operations } = await shell.ask<{ operations: OperationView[] }>(
    BUYER,
    'operation',
    'list'
  )
  const moved = operations.find(each => each.kind === 'move' && each.state === 'succeeded')
  const bytes = moved?.progress?.bytesDone ?? 0
  check(say, 'the move reported its progress', bytes > 0, `${bytes} bytes`)
  figures.add('move-bytes', bytes, 'B')
}
