import { createHash } from 'node:crypto'
import type { Uuid } from '../../../ledger/index.ts'
import type { ImageFiles, MachineSpec } from '../vmm.ts'
import type { RunFolder } from './run-folder.ts'

export type Accelerator = 'kvm' | 'tcg'

export interface GuestPlan {
  readonly spec: MachineSpec
  readonly accelerator: Accelerator
  readonly disk: string
  readonly run: RunFolder
  /** Kernel and initial files of a preconfigured machine. */
  readonly image?: Pick<ImageFiles, 'kernel' | 'initrd'> | undefined
  /** Memory will be loaded before the first instruction. */
  readonly resumes: boolean
}

/**
 * A pinned machine type: memory saved by one QEMU is loaded by another version of it only if both build the
 * same devices.
 */
const MACHINE_TYPE = 'pc-i440fx-7.2'

/** A processor every x86-64 host has, for the same reason. */
const PROCESSOR = 'qemu64'

/**
 * How a memory part is to be understood. State saved under KVM holds sections that an emulated processor does
 * not know and the other way round, so the accelerator is part of it. `stream` is QEMU's migration stream as it
 * comes; `pages` has the same with its pages at fixed places (memory/SPEC.md), so that two memories of a guest differ
 * only where its pages do.
 */
export function memoryFormat(kind: 'stream' | 'pages', accelerator: Accelerator): string {
  const form = kind === 'pages' ? 'pages1' : 'migration'
  return `qemu-${form}-7.2-${accelerator}`
}

/** The reverse; undefined for what this driver does not write. */
export function readMemoryFormat(
  format: string
): { readonly kind: 'stream' | 'pages'; readonly accelerator: Accelerator } | undefined {
  for (const kind of ['stream', 'pages'] as const) {
    for (const accelerator of ['tcg', 'kvm'] as const) {
      if (memoryFormat(kind, accelerator) === format) return { kind, accelerator }
    }
  }
  return undefined
}

/** QEMU may neither start programs nor gain rights nor use calls that no modern program needs. */
const SANDBOX = 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny'

const KERNEL_WORDS = 'console=tty0 console=ttyS0 quiet'

/** The whole command line of one guest, held before its first instruction. */
export function qemuArguments(plan: GuestPlan): string[] {
  const { spec, run } = plan
  return [
    ['-nodefaults', '-no-user-config', '-S', '-no-shutdown', '-sandbox', SANDBOX],
    ['-name', `guest=${spec.uuid}`, '-uuid', spec.uuid, '-pidfile', run.pid],
    ['-machine', `${MACHINE_TYPE},accel=${plan.accelerator}`, '-cpu', PROCESSOR],
    ['-smp', '1', '-m', `${spec.configuration.memoryMb}M`],
    bootWords(plan.image),
    diskWords(plan.disk),
    // An Ethernet with nobody else on it: a stranger's machine reaches neither the host nor its network.
    ['-netdev', 'hubport,id=net0,hubid=0'],
    ['-device', `virtio-net-pci,netdev=net0,mac=${macOf(spec.uuid)},romfile=`],
    ['-device', 'VGA,vgamem_mb=8', '-display', 'none', '-vnc', `unix:${escaped(run.display)}`],
    ['-chardev', `socket,id=serial0,path=${escaped(run.serial)},server=on,wait=off`],
    ['-serial', 'chardev:serial0'],
    ['-chardev', `socket,id=qmp0,path=${escaped(run.qmp)},server=on,wait=off`],
    ['-mon', 'chardev=qmp0,mode=control'],
    plan.resumes ? ['-incoming', 'defer'] : []
  ].flat()
}

function bootWords(image: GuestPlan['image']): string[] {
  if (image === undefined) return []
  return ['-kernel', image.kernel, '-initrd', image.initrd, '-append', KERNEL_WORDS]
}

function diskWords(disk: string): string[] {
  const file = `driver=file,filename=${escaped(disk)},node-name=file0,discard=unmap`
  return [
    ['-blockdev', file],
    ['-blockdev', 'driver=qcow2,file=file0,node-name=disk0,discard=unmap'],
    ['-device', 'virtio-blk-pci,drive=disk0']
  ].flat()
}

/** QEMU takes a comma in a value as the end of it unless it stands twice. */
function escaped(path: string): string {
  return path.replaceAll(',', ',,')
}

/** Locally administered, of QEMU's usual prefix, and the machine's own wherever it moves. */
export function macOf(machine: Uuid): string {
  const hash = createHash('sha256').update(`virtuoso mac ${machine}`).digest()
  const octets = [0x52, 0x54, 0x00, ...hash.subarray(0, 3)]
  return octets.map(octet => octet.toString(16).padStart(2, '0')).join(':')
}
