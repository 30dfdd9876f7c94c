import * as blessed from 'blessed' // expect no-restricted-imports
import * as level from 'level' // expect no-restricted-imports
import * as libp2p from 'libp2p' // expect no-restricted-imports
import { amount } from '../../ledger/index.ts'
import * as records from '../../ledger/records/index.ts' // expect no-restricted-imports
import * as client from '../../node/client.ts' // expect no-restricted-imports
import * as bad from '../../test/bad.ts' // expect no-restricted-imports
import * as theme from '../../tui/theme.ts' // expect no-restricted-imports
import { FRAME_BYTES_MAX } from '../framing/index.ts'
import * as vmmp from '../vmmp/index.ts' // expect no-restricted-imports
export const seen: unknown[] = [blessed, level, libp2p, amount, records, client, bad, theme, vmmp]
export const most: number = FRAME_BYTES_MAX
