import * as fs from 'node:fs' // expect no-restricted-imports
import * as interfaces from '@libp2p/interface' // expect no-restricted-imports
import * as level from 'level' // expect no-restricted-imports
import * as libp2p from 'libp2p' // expect no-restricted-imports
import * as client from '../../node/client.ts' // expect no-restricted-imports
import * as vmmp from '../../protocols/vmmp/index.ts' // expect no-restricted-imports
import * as bad from '../../test/bad.ts' // expect no-restricted-imports
import * as theme from '../../tui/theme.ts' // expect no-restricted-imports
export const seen: unknown[] = [fs, interfaces, libp2p, level, client, vmmp, bad, theme]
