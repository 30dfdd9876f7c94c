export {
  OPERATIONS_RUNNING_MAX,
  type OperationContext,
  type OperationRequest,
  type Operations,
  type OperationsOptions,
  openOperations
} from './operations.ts'
export { addSample, etaMsOf, RATE_WINDOW_MS, rateOf, type Sample } from './rate.ts'
