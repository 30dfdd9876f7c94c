/** A span in the largest two units that matter: `12 s`, `4 min 5 s`, `3 h 20 min`, `29 d 4 h`. */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return two(seconds, 60, 'min', 1, 's')
  if (seconds < 86_400) return two(seconds, 3600, 'h', 60, 'min')
  return two(seconds, 86_400, 'd', 3600, 'h')
}

/** How long something took: tenths of a second matter below ten. */
export function tookText(ms: number): string {
  return ms < 9950 ? `${(Math.max(0, ms) / 1000).toFixed(1)} s` : durationText(ms)
}

/** `in 4 min`, `now`, `2 h ago`. */
export function untilText(atMs: number, nowMs: number): string {
  const left = atMs - nowMs
  if (Math.abs(left) < 1000) return 'now'
  return left > 0 ? `in ${durationText(left)}` : `${durationText(-left)} ago`
}

/** `310 MiB`, `12.5 kiB`. */
export function bytesText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${value >= 10 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}

function two(seconds: number, big: number, bigName: string, small: number, name: string): string {
  const whole = Math.floor(seconds / big)
  const rest = Math.floor((seconds % big) / small)
  return rest === 0 ? `${whole} ${bigName}` : `${whole} ${bigName} ${rest} ${name}`
}
