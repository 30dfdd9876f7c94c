import type { Flag } from '../../cli/index.ts'

export const PASSWORD_FLAG: Flag = {
  name: 'password-file',
  value: 'FILE',
  summary: 'file with the password (mode 0600); else VIRTUOSO_PASSWORD, else it is asked for'
}
