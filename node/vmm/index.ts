export { CONFIG_FORMAT, decodeConfig, encodeConfig } from './config-part.ts'
export * from './fake/index.ts'
export * from './vmm.ts'
