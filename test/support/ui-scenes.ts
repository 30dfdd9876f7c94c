/** Every screen and dialog of the UI, for the golden texts and the pictures. */
import { HOSTS, START_MS } from './fake-machines.ts'
import { refusal } from './fake-node-client.ts'
import { Rehearsal } from './ui-rehearsal.ts'

export type SceneName =
  | 'connecting'
  | 'empty'
  | 'catalogue'
  | 'bid'
  | 'bid-problem'
  | 'registered'
  | 'hosts-store'
  | 'hosts-none'
  | 'search-bid'
  | 'confirm-store'
  | 'machines'
  | 'limit'
  | 'raise-limit'
  | 'confirm-lost'
  | 'confirm-heir'
  | 'awaits-word'
  | 'confirm-vouch'
  | 'confirm-suspend'
  | 'hosts-move'
  | 'confirm-move'
  | 'moving'
  | 'details'
  | 'failed'
  | 'refused'
  | 'stale'
  | 'help'
  | 'palette'
  | 'filter'
  | 'ballot'
  | 'ballot-next'
  | 'cli'
  | 'confirm-delete'
  | 'peer-text'

const SCENES: Readonly<Record<SceneName, (ui: Rehearsal) => Promise<void>>> = {
  connecting: async ui => {
    const message = 'No node answers at node.sock: it is not running.'
    const problem = { message, hint: 'Start it with: virtuoso node run' }
    ui.event({ type: 'unreachable', problem })
  },
  empty: ui => ui.refresh(),
  catalogue: ui => ui.press('n'),
  bid: ui => ui.press('n', 'enter'),
  'bid-problem': async ui => {
    await ui.press('n', 'enter', 'tab', 'C-u')
    await ui.type('1,5')
  },
  registered: register,
  'hosts-store': async ui => {
    await register(ui)
    await ui.press('o')
  },
  'hosts-none': nobodyMeets,
  'search-bid': async ui => {
    await nobodyMeets(ui)
    await ui.press('e')
  },
  'confirm-store': async ui => {
    await register(ui)
    await ui.press('o', 'enter')
  },
  machines: several,
  limit: async ui => {
    await stored(ui)
    await ui.press('s')
  },
  'raise-limit': async ui => {
    await started(ui)
    const spent = { spendLimit: '0.048384', spent: '0.01008' }
    ui.fake.machines = ui.fake.machines.map(machine => ({ ...machine, ...spent }))
    await ui.press('r', '+')
  },
  'confirm-lost': async ui => {
    await suspended(ui)
    await ui.press('L')
  },
  'confirm-heir': async ui => {
    await keptElsewhere(ui)
    await ui.press('H')
  },
  'awaits-word': awaitingWord,
  'confirm-vouch': async ui => {
    await awaitingWord(ui)
    await ui.press('V')
  },
  'confirm-suspend': async ui => {
    await started(ui)
    await ui.press('z')
  },
  'hosts-move': async ui => {
    await suspended(ui)
    await ui.press('m')
  },
  'confirm-move': async ui => {
    await suspended(ui)
    await ui.press('m', 'enter')
  },
  moving,
  details: async ui => {
    await moving(ui)
    await ui.press('enter')
  },
  failed: async ui => {
    await moving(ui)
    const id = ui.fake.operations.at(-1)?.id ?? ''
    ui.fake.fail(id, 'virt5 was silent for 30 s.', 'Nothing is lost: move it again, or elsewhere.')
    await ui.settle()
  },
  refused: async ui => {
    await stored(ui)
    await ui.press('Z')
  },
  stale: async ui => {
    await several(ui)
    ui.nowMs = START_MS + 12_000
    ui.fake.down = refusal('The node does not answer.', 'See: virtuoso node status')
    await ui.refresh()
  },
  help: ui => ui.press('?'),
  palette: async ui => {
    await started(ui)
    await ui.press(':')
    await ui.type('s')
  },
  filter: async ui => {
    await several(ui)
    await ui.press('/')
    await ui.type('start')
  },
  ballot: ui => ui.press('v', 'down', 'space'),
  'ballot-next': async ui => {
    const next = { members: ['alex'], runnersUp: ['carl'] }
    ui.fake.election = { ...ui.fake.election, endHeight: 2_500, next, tally: null, ballot: null }
    await ui.press('v')
  },
  cli: async ui => {
    await suspended(ui)
    await ui.press('@')
  },
  'confirm-delete': async ui => {
    await suspended(ui)
    await ui.press('d')
  },
  'peer-text': async ui => {
    await register(ui)
    const name = 'a\u001b[2J字\u202e❤️b\u0007'
    ui.fake.machines = ui.fake.machines.map(machine => ({ ...machine, name }))
    await ui.refresh()
  }
}

export const SCENE_NAMES: readonly SceneName[] = Object.keys(SCENES) as SceneName[]

export async function scene(name: SceneName): Promise<Rehearsal> {
  const ui = name === 'connecting' ? new Rehearsal() : await Rehearsal.begin()
  await SCENES[name](ui)
  return ui
}

export async function register(ui: Rehearsal): Promise<void> {
  await ui.press('n', 'enter', 'enter')
}

/** A machine whose bid is below every offer, and the search that finds nobody. */
async function nobodyMeets(ui: Rehearsal): Promise<void> {
  await ui.press('n', 'enter', 'tab', 'tab', 'C-u')
  await ui.type('0.001')
  await ui.press('enter', 'o')
}

export async function stored(ui: Rehearsal): Promise<void> {
  await register(ui)
  await ui.press('o', 'enter', 'y')
  await ui.finish()
}

export async function started(ui: Rehearsal): Promise<void> {
  await stored(ui)
  await ui.press('s', 'enter')
  await ui.finish()
}

export async function suspended(ui: Rehearsal): Promise<void> {
  await started(ui)
  await ui.press('z', 'y')
  await ui.finish()
}

export async function moving(ui: Rehearsal): Promise<void> {
  await suspended(ui)
  await ui.press('m', 'enter', 'y')
  ui.fake.progress(ui.fake.operations.at(-1)?.id ?? '', 0.42)
  await ui.settle()
}

/** It was moved to virt17, and virt5 keeps what left. */
export async function keptElsewhere(ui: Rehearsal): Promise<void> {
  await suspended(ui)
  const copyAt = HOSTS.find(({ name }) => name === 'virt5') ?? null
  ui.fake.machines = ui.fake.machines.map(machine => ({ ...machine, copyAt }))
  await ui.refresh()
}

/** Every byte is at virt5, and virt17 signs nothing. */
export async function awaitingWord(ui: Rehearsal): Promise<void> {
  await moving(ui)
  ui.fake.progress(ui.fake.operations.at(-1)?.id ?? '', 1)
  const step =
    "waiting for the owner's word (machine vouch): every byte is here, the origin signs no receipt"
  const migration = {
    id: 'ab'.repeat(32),
    origin: { uuid: 'virt17', name: 'virt17' },
    destination: { uuid: 'virt5', name: 'virt5' },
    deadlineMs: ui.nowMs + 60_000
  }
  ui.fake.operations = ui.fake.operations.map(operation =>
    operation.state === 'running' ? { ...operation, step } : operation
  )
  ui.fake.machines = ui.fake.machines.map(machine => ({ ...machine, migration }))
  await ui.refresh()
}

/** Four machines: one moves, one runs, one is stored, one is only registered. */
async function several(ui: Rehearsal): Promise<void> {
  await moving(ui)
  await started(ui)
  await stored(ui)
  await register(ui)
}
