export { createMoves, type Moves } from './moves.ts'
export type { MoveOptions } from './options.ts'
export { type MoveWish, moveMachine, queryMethods, type RequestOptions } from './request.ts'
