export {
  type Actor,
  afterTransition,
  isResting,
  LIFECYCLE,
  type LifecycleAction,
  legalActions,
  NAMES_OF_2004,
  statesAllowing,
  type Transition,
  transition
} from './lifecycle.ts'
