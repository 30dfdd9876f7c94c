export type { Accelerator } from './arguments.ts'
export { type OpenDoor, openDoor } from './door.ts'
export { createQemuVmm, QemuVmm, type QemuVmmOptions } from './qemu-vmm.ts'
