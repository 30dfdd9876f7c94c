/** Every default of a node in one place: unit, value, why. */
export const DEFAULTS: {
  readonly listen: readonly string[]
  readonly stopPatienceS: number
  readonly connectionsMax: number
  readonly eventsKept: number
  readonly operationsKept: number
  readonly cachedMb: number
  readonly genesisFile: string
} = {
  /** A fixed port, so that others' bootstrap lists stay true; 7144 has no well-known owner. */
  listen: ['/ip4/0.0.0.0/tcp/7144'],
  /** s a guest gets to power down before it is ended; an emulated one is slow. */
  stopPatienceS: 60,
  /** libp2p connections; about 2 MB of memory each at worst, a small network whole. */
  connectionsMax: 64,
  /** events in the log: hours of a busy node, about a megabyte. */
  eventsKept: 2048,
  /** MB of older versions of machines that moved away: the bases of some deltas, a twentieth of a common disk. */
  cachedMb: 20_480,
  /** ended operations that `operation list` still shows. */
  operationsKept: 200,
  genesisFile: 'genesis.json'
}

/** Parameters of a network made by `virtuoso node init` without a genesis file. */
export const DEVELOPMENT_GENESIS: {
  readonly name: string
  readonly signupGrantDollars: string
  readonly migrationDeadlineMs: number
  readonly migrationHardLimitMs: number
  readonly expiryHeightsMax: number
  readonly alivePeriodMs: number
  readonly leaseMs: number
  readonly graceMs: number
  readonly retentionMs: number
} = {
  name: 'development',
  /** What a new account of the 2004 figures starts from. */
  signupGrantDollars: '1000',
  /** Two silences of 30 s, after which VMMP gives a copy up; heartbeats push it on. */
  migrationDeadlineMs: 60_000,
  /** 1 h: 64 GiB at 20 MiB/s. No copy may hold two hosts' room for longer. */
  migrationHardLimitMs: 3_600_000,
  /** Blocks come every second when busy and every 5 s when idle: at least a quarter of an hour to be included. */
  expiryHeightsMax: 1_000,
  /** 1 min, where a real network takes 15: a vanished host is seen to be silent within four minutes. */
  alivePeriodMs: 60_000,
  /** 1 min, where a real network takes 15: a host cut off pauses its machines while one still watches. */
  leaseMs: 60_000,
  /** 14 days, in which an owner who cannot pay may fetch or move a machine. */
  graceMs: 14 * 86_400_000,
  /** 7 days, in which the origin of a move keeps its copy. */
  retentionMs: 7 * 86_400_000
}

/** Elections of such a network, for epochs of so many blocks where nothing else is asked for. */
export const DEVELOPMENT_ELECTION: {
  readonly epochBlocks: number
  readonly epochMs: number
  /** Part of an epoch from the count of the votes to its end. */
  readonly tallyPart: number
  readonly bondDollars: string
  readonly turnoutPercent: number
  readonly sizeMax: 7
  readonly silenceViews: number
} = {
  /** A quarter of an hour of a busy market, over an hour of an idle one. */
  epochBlocks: 1_000,
  /** 1 h, where a real network takes a day. */
  epochMs: 3_600_000,
  tallyPart: 0.1,
  /** A tenth of what a new account is granted. */
  bondDollars: '100',
  turnoutPercent: 10,
  sizeMax: 7,
  silenceViews: 1_000
}
