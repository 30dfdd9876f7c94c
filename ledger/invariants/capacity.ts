import type { Resources, Uuid } from '../records/index.ts'
import type { StateReader } from '../state/index.ts'
import { holds, type Invariant } from './invariant.ts'

/** What a host has set aside is what its contracts, the moves on their way to it and retained copies ask for. */
export function reservedIsContracted(state: StateReader): Invariant {
  const contracted = contractedByHost(state)
  const wrong: string[] = []
  let count = 0
  for (const { uuid, name, reserved } of state.hosts()) {
    count += 1
    const asked = contracted.get(uuid) ?? NOTHING
    contracted.delete(uuid)
    if (!sameResources(reserved, asked)) {
      wrong.push(`${name} has ${show(reserved)} reserved for ${show(asked)}`)
    }
  }
  for (const uuid of contracted.keys()) wrong.push(`contracts name the unknown host ${uuid}`)
  return holds('reserved = contracts + open moves + copies', wrong, `${count} hosts`)
}

export function withinTotals(state: StateReader): Invariant {
  const wrong: string[] = []
  let count = 0
  for (const { name, reserved, totals } of state.hosts()) {
    count += 1
    if (!atMost(reserved, totals)) {
      wrong.push(`${name} has ${show(reserved)} reserved of ${show(totals)}`)
    }
  }
  return holds('no host is overbooked', wrong, `${count} hosts`)
}

const NOTHING: Resources = { speed: 0, memoryMb: 0, storageMb: 0 }

function contractedByHost(state: StateReader): Map<Uuid, Resources> {
  const sums = new Map<Uuid, Resources>()
  for (const { contract, configuration, retained } of state.machines()) {
    if (contract !== null) add(sums, contract.host, configuration)
    const { storageMb } = configuration
    if (retained !== null) add(sums, retained.host, { speed: 0, memoryMb: 0, storageMb })
  }
  for (const { destination, machine } of state.migrations()) {
    const moving = state.machine(machine)
    if (moving !== undefined) add(sums, destination, moving.configuration)
  }
  return sums
}

function add(sums: Map<Uuid, Resources>, host: Uuid, asked: Resources): void {
  const sum = sums.get(host) ?? NOTHING
  sums.set(host, {
    speed: sum.speed + asked.speed,
    memoryMb: sum.memoryMb + asked.memoryMb,
    storageMb: sum.storageMb + asked.storageMb
  })
}

function sameResources(a: Resources, b: Resources): boolean {
  return a.speed === b.speed && a.memoryMb === b.memoryMb && a.storageMb === b.storageMb
}

function atMost(a: Resources, b: Resources): boolean {
  return a.speed <= b.speed && a.memoryMb <= b.memoryMb && a.storageMb <= b.storageMb
}

function show({ speed, memoryMb, storageMb }: Resources): string {
  return `${speed}/${memoryMb}/${storageMb}`
}
