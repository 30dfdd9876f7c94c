/** Of this process and its threads so far: on a machine that others use too, the clock on the wall says little. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000_000
}
