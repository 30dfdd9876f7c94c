export * from './clock.ts'
export * from './doors.ts'
export * from './ways.ts'
