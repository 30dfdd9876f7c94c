export const FRAME_BYTES_MAX: number = 1
