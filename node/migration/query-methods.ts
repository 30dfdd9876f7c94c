import { type VmmpChannel, vmmpChannel } from '../../protocols/vmmp/index.ts'
import { hostKey, type OwnerOptions } from '../owner/index.ts'
import { METHODS } from '../transfer/index.ts'

const QUERY_MS = 3_000

/** Methods a host offers for a machine now; none when it cannot be reached (figure 20). */
export async function queryMethods(
  options: OwnerOptions,
  machine: string,
  host: string
): Promise<string[]> {
  const signal = AbortSignal.timeout(QUERY_MS)
  try {
    const channel = await dial(options, host, { signal })
    await channel.send({ verb: 'QUERY', machine })
    const answer = await channel.receive()
    await channel.finish()
    return answer?.ok === true && answer.message.verb === 'RESULTS'
      ? [...answer.message.methods]
      : []
  } catch {
    return []
  }
}

/** `signal` ends the stream; `dialling` the attempt to get one. */
export async function dial(
  options: OwnerOptions,
  host: string,
  { signal, dialling = signal }: { readonly signal: AbortSignal; readonly dialling?: AbortSignal }
): Promise<VmmpChannel> {
  const addresses = options.addressesOf(host)
  const key = await hostKey(options, host, dialling)
  const stream = await options.network.open('vmmp', key, { addresses, signal: dialling })
  return vmmpChannel(stream, { signal })
}

/** The first of our methods that is among those that a destination offers. */
export function bestOf(offered: readonly string[]): string {
  return METHODS.find(({ name }) => offered.includes(name))?.name ?? 'SCP'
}
