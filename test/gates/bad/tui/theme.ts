export const theme: number = 1
