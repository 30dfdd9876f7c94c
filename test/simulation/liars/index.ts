export { Liar } from './liar.ts'
export { LIES } from './lies.ts'
