export * from './apply/index.ts'
export * from './crypto/index.ts'
export * from './records/index.ts'
export * from './state/index.ts'
