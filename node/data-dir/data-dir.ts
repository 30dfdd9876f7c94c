import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/**
 * Where a node keeps its things. One page for the whole layout, so that `doctor`, backups and tests agree.
 * Light on purpose: the CLI reads it before anything else.
 */
export interface DataLayout {
  /** Directory itself, mode 0700. */
  readonly dir: string
  /** `node.json`: the configuration a person may edit. */
  readonly config: string
  /** `genesis.json`: the network this node belongs to. */
  readonly genesis: string
  /** `identity/`: the two encrypted keys. */
  readonly identity: string
  /** `store/`: level; one process at a time. */
  readonly store: string
  /** `votes.wal`: what a coordinator has signed. Never restore it from a backup. */
  readonly votes: string
  /** `witness.json`: the last checkpoint this node cosigned. Never restore it from a backup. */
  readonly witness: string
  /** `machines/`: disks, memory files and sockets of the VMM driver. */
  readonly machines: string
  /** `images/`: preconfigured images. */
  readonly images: string
  /** `node.log` */
  readonly log: string
}

export function dataLayout(dir: string): DataLayout {
  const root = resolve(dir)
  return {
    dir: root,
    config: join(root, 'node.json'),
    genesis: join(root, 'genesis.json'),
    identity: join(root, 'identity'),
    store: join(root, 'store'),
    votes: join(root, 'votes.wal'),
    witness: join(root, 'witness.json'),
    machines: join(root, 'machines'),
    images: join(root, 'images'),
    log: join(root, 'node.log')
  }
}

/**
 * The data directory: the `--data` flag, else `VIRTUOSO_HOME`, else `$XDG_DATA_HOME/virtuoso`, else
 * `~/.local/share/virtuoso`. A relative `XDG_DATA_HOME` is ignored, as the XDG specification asks.
 */
export function resolveDataDir(
  flag: string | undefined,
  environment: Readonly<Record<string, string | undefined>> = process.env
): string {
  if (flag !== undefined && flag !== '') return resolve(flag)
  const home = environment['VIRTUOSO_HOME']
  if (home !== undefined && home !== '') return resolve(home)
  const xdg = environment['XDG_DATA_HOME']
  if (xdg?.startsWith('/')) return join(xdg, 'virtuoso')
  return join(homedir(), '.local', 'share', 'virtuoso')
}
