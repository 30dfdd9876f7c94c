export type { Accelerator } from './arguments.ts'
export { createQemuVmm, QemuVmm, type QemuVmmOptions } from './qemu-vmm.ts'
