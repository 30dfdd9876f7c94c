import type { Uuid } from '../../ledger/index.ts'
import type { Alarms, Clock } from '../clock.ts'
import type { Replica } from '../replica/index.ts'
import type { Vmm } from '../vmm/index.ts'
import { type Lease, type LeaseEffect, type LeaseEvent, NO_LEASE, stepLease } from './lease.ts'

export interface LeaseOptions {
  readonly replica: Replica
  readonly clock: Clock
  readonly alarms: Alarms
  readonly vmm: Vmm
  readonly log: (message: string, fields?: Record<string, string>) => void
}

/** The host's right to let guests run. */
export interface HostLease {
  isHeld(): boolean
  /**
   * Lets a held guest run, unless the lease has lapsed: then it stays held, and the watch lets it go when the
   * ledger is heard again.
   */
  letGo(machine: Uuid): Promise<void>
  stop(): void
}

export function startLease(options: LeaseOptions): HostLease {
  const { replica, clock, alarms, vmm } = options
  const { leaseMs } = replica.state().genesis.parameters
  let state: Lease = NO_LEASE
  let callOff: () => void = () => undefined

  function hear(event: LeaseEvent): void {
    const step = stepLease(state, event, leaseMs)
    state = step.state
    for (const effect of step.effects) carryOut(effect)
  }

  function carryOut(effect: LeaseEffect): void {
    switch (effect.type) {
      case 'tell':
        options.log(effect.message)
        return
      case 'pause':
        void pauseAll(options)
        return
      case 'wake':
        callOff()
        callOff = alarms.after(effect.afterMs, () => {
          hear({ type: 'alarm', nowMs: clock.nowMs() })
        })
        return
    }
  }

  const seen = (timeMs: number): void => hear({ type: 'header', timeMs, nowMs: clock.nowMs() })
  const forget = replica.onFinal(({ after }) => seen(after.timeMs))
  seen(replica.state().timeMs)
  hear({ type: 'alarm', nowMs: clock.nowMs() })
  return {
    isHeld: () => state.phase === 'held',
    async letGo(machine) {
      if (state.phase !== 'held') return
      await vmm.go(machine)
      // It may have lapsed meanwhile, after those that ran had been looked through.
      if (clock.nowMs() >= state.untilMs) await vmm.hold(machine)
    },
    stop() {
      forget()
      callOff()
    }
  }
}

/** Not in turn with orders: what an order holds or has ended does not run, and one that waits would wait for ever. */
async function pauseAll({ vmm, log }: LeaseOptions): Promise<void> {
  for (const machine of await vmm.list()) {
    if ((await vmm.status(machine)) !== 'running') continue
    try {
      await vmm.hold(machine)
      log('the guest is paused', { machine })
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      log(`the guest could not be paused: ${why}`, { machine })
    }
  }
}
