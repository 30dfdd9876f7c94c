export * from './vmm.ts'
