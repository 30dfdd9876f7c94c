/**
 * Others that commit, where they are installed: PostgreSQL's TPC-B-like pgbench with fsync, and etcd. They are context and
 * no rivals: neither signs anything nor bears a liar.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../processes.ts'
import { type Row, row } from '../row.ts'
import { etcdRows } from './etcd.ts'

const SECONDS = '10'
const CLIENTS = '32'

export async function neighbours(): Promise<readonly Row[]> {
  return [...(await pgbench()), ...(await etcdRows())]
}

async function pgbench(): Promise<readonly Row[]> {
  const found = await run('sh', ['-c', 'ls -d /usr/lib/postgresql/*/bin | tail -1'])
  const bin = found.output.trim()
  if (found.code !== 0 || bin === '') return []
  const dir = await mkdtemp(join(tmpdir(), 'virtuoso-bench-pg-'))
  try {
    const script = [
      'set -e',
      `chown postgres '${dir}'; cd '${dir}'`,
      'as() { runuser -u postgres -- "$@"; }',
      `as '${bin}/initdb' -D '${dir}/data' -A trust >/dev/null`,
      `echo "unix_socket_directories = '${dir}'" >>'${dir}/data/postgresql.conf'`,
      `echo "listen_addresses = ''" >>'${dir}/data/postgresql.conf'`,
      `as '${bin}/pg_ctl' -D '${dir}/data' -w -l '${dir}/log' start >/dev/null`,
      `trap "as '${bin}/pg_ctl' -D '${dir}/data' -m immediate stop >/dev/null" EXIT`,
      `as '${bin}/createdb' -h '${dir}' bench`,
      `as '${bin}/pgbench' -h '${dir}' -i -q -s 10 bench >/dev/null 2>&1`,
      `as '${bin}/pgbench' -h '${dir}' -M prepared -c ${CLIENTS} -j 2 -T ${SECONDS} bench`
    ].join('\n')
    const { output } = await run('sh', ['-c', script])
    const tps = /tps = ([0-9.]+)/.exec(output)?.[1]
    if (tps === undefined) console.error(`no figure of pgbench:\n${output.slice(-500)}`)
    return tps === undefined
      ? []
      : [row(`ledger/context/pgbench-${CLIENTS}-clients`, Number(tps), 'tx/s')]
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}
