export * from './api/index.ts'
export * from './vmm/index.ts'
