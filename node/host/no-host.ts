import type { Host } from './host.ts'

/** On a node that keeps no ledger: it holds nothing for anybody. */
export const NO_HOST: Host = {
  uuid: () => null,
  terms: () => null,
  machines: () => Promise.resolve([]),
  cached: () => null,
  fence: () => undefined,
  activate: () => Promise.reject(new Error('a light node serves no host')),
  say: () => {
    const message = 'this node is light and serves no host'
    return Promise.resolve({ ok: false, code: 'NOT_HOLDER', message, decided: true })
  },
  stop: () => undefined
}
