export * from './qemu/index.ts'
export { launch as inner } from './qemu/launch.ts' // expect no-restricted-imports
