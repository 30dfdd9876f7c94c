export { type Amount, amount } from './amount.ts'
