export {
  OPERATIONS_KEPT,
  OPERATIONS_RUNNING_MAX,
  type OperationContext,
  type OperationRequest,
  type Operations,
  type OperationsOptions,
  openOperations,
  PROGRESS_PAUSE_MS
} from './operations.ts'
export { addSample, etaMsOf, RATE_WINDOW_MS, rateOf, type Sample } from './rate.ts'
