import * as interfaces from '@libp2p/interface' // expect no-restricted-imports
import * as level from 'level' // expect no-restricted-imports
import * as ledger from '../ledger/index.ts' // expect no-restricted-imports
import * as api from '../node/api/index.ts' // expect no-restricted-imports
import { client } from '../node/client.ts'
import { launch } from '../node/index.ts'
import * as vmmp from '../protocols/vmmp/index.ts' // expect no-restricted-imports
import * as bad from '../test/bad.ts' // expect no-restricted-imports
export const seen: unknown[] = [interfaces, level, ledger, api, client, launch, vmmp, bad]
