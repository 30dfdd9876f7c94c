export * from './launch.ts'
