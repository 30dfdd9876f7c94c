export type { NodePort } from './port.ts'
export { runOn } from './run.ts'
