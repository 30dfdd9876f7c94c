export const bad: number = 1
