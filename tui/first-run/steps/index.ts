import type { Step } from '../scene.ts'
import { settleAccounts } from './accounts.ts'
import { loseCoordinator, regainCoordinator } from './coordinators.ts'
import { addHosts } from './hosts.ts'
import { makeIdentities } from './identities.ts'
import { moveMachine } from './move.ts'
import { resumeMachine } from './resume.ts'
import { startMachine } from './start.ts'
import { storeMachine } from './store.ts'
import { suspendMachine } from './suspend.ts'

/** The main job: each step shows a thing and checks it. */
export const STEPS: readonly Step[] = [
  { title: 'identities are made, nodes started, accounts opened', run: makeIdentities },
  { title: 'nodes find each other, providers offer their hosts', run: addHosts },
  { title: 'the buyer searches and stores a machine at the cheaper provider', run: storeMachine },
  { title: 'the machine boots, counts, and writes a file', run: startMachine },
  { title: 'one of the four coordinators is killed, and nobody minds', run: loseCoordinator },
  { title: 'the machine is suspended', run: suspendMachine },
  { title: 'the machine moves to the other provider', run: moveMachine },
  { title: 'the machine goes on where it was, and is stopped', run: resumeMachine },
  { title: 'the coordinator comes back and catches up', run: regainCoordinator },
  { title: 'the bill is settled and audited', run: settleAccounts }
]
