/** Figures with their units, for people. Programs read the same figures as numbers through `--json`. */

const BINARY_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** `310 MiB`, `1.5 GiB`; three digits at most before the unit. */
export function formatBytes(bytes: number): string {
  let amount = bytes
  let unit = 0
  while (amount >= 1024 && unit < BINARY_UNITS.length - 1) {
    amount /= 1024
    unit++
  }
  const digits = unit === 0 || amount >= 100 ? 0 : 1
  return `${trimZeros(amount.toFixed(digits))} ${BINARY_UNITS[unit] ?? 'B'}`
}

export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`
}

const UNITS_OF_TIME = [
  { name: 'd', ms: 86_400_000, below: 'h', belowMs: 3_600_000 },
  { name: 'h', ms: 3_600_000, below: 'min', belowMs: 60_000 },
  { name: 'min', ms: 60_000, below: 's', belowMs: 1000 }
] as const

/** `850 ms`, `12.3 s`, `4 min 10 s`, `29 d 23 h`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`
  if (ms < 60_000) return `${trimZeros((ms / 1000).toFixed(1))} s`
  const unit = UNITS_OF_TIME.find(each => ms >= each.ms)
  if (unit === undefined) return `${ms} ms`
  const whole = Math.floor(ms / unit.ms)
  const rest = Math.floor((ms - whole * unit.ms) / unit.belowMs)
  return rest === 0 ? `${whole} ${unit.name}` : `${whole} ${unit.name} ${rest} ${unit.below}`
}

/** The 2004 text's way with deadlines: days for storage, seconds for running (figure 23). */
export function formatDays(ms: number): string {
  return `${trimZeros((ms / 86_400_000).toFixed(4))} days`
}

export function formatSeconds(ms: number): string {
  return `${Math.max(0, Math.ceil(ms / 1000))} seconds`
}

/** A decimal dollar text from the node, with its sign in front: `$ 996.997984`. */
export function formatDollars(amount: string): string {
  return `$ ${amount}`
}

/** UTC, to the second: `2026-11-23 05:49:00`. */
export function formatTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ')
}

/** First digits of a long hexadecimal name: enough to tell two apart, and accepted as a prefix. */
export function formatId(id: string): string {
  return id.slice(0, 8)
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}
