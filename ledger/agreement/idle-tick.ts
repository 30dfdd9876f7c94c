/** Without transactions or dues a block says only that the ledger lives: every 5 s (the design's Agreement page). */
export const IDLE_TICK_MS = 5_000
