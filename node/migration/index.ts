export { createMoves, type Moves } from './moves.ts'
export type { MoveOptions } from './options.ts'
export {
  type MoveReport,
  moveMachine,
  queryMethods,
  type RequestOptions,
  resumeMove
} from './request.ts'
