export { FakeHost } from './fake-host.ts'
export { createFakeVmm, type FakeScript, FakeVmm, type FakeVmmOptions } from './fake-vmm.ts'
