export type Amount = bigint
export const amount: Amount = 1n
