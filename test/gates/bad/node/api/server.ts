import * as blessed from 'blessed' // expect no-restricted-imports
import * as records from '../../ledger/records/index.ts' // expect no-restricted-imports
import * as message from '../../protocols/order/message.ts' // expect no-restricted-imports
import * as vmmp from '../../protocols/vmmp/index.ts'
import * as bad from '../../test/bad.ts' // expect no-restricted-imports
import * as theme from '../../tui/theme.ts' // expect no-restricted-imports
import * as qemu from '../vmm/qemu/index.ts' // expect no-restricted-imports
export const reached: unknown[] = [blessed, records, message, vmmp, bad, theme, qemu]
