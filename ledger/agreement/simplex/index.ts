export type { SimplexOptions } from './options.ts'
export { ALL_RULES, type SafetyRules } from './rules.ts'
