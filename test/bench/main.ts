/** `npm run bench -- NAME ... [--json]`: measures and prints each figure beside its goal. */
import { readCall } from './bench-options.ts'
import { BENCHES } from './benches.ts'
import type { Row } from './row.ts'

const { names, json, options } = readCall(process.argv.slice(2))
const unknown = names.filter(name => !BENCHES.has(name))

if (names.length === 0 || unknown.length > 0) {
  for (const name of unknown) console.error(`there is no bench "${name}"`)
  console.error('usage: npm run bench -- NAME ... [--json], where NAME is one of')
  for (const [name, { about }] of BENCHES) console.error(`  ${name.padEnd(16)} ${about}`)
  process.exitCode = 2
} else {
  for (const name of names)
    for (const figure of (await BENCHES.get(name)?.run(options)) ?? [])
      console.log(json ? JSON.stringify(figure) : sentence(figure))
}

function sentence({ name, value, unit, anchor, ratio }: Row): string {
  const bound = unit.endsWith('/s') ? 'at least' : 'at most'
  const goal = anchor === null ? '' : `   goal ${bound} ${anchor} ${unit}, ratio ${ratio}`
  return `${name.padEnd(36)} ${String(value).padStart(10)} ${unit}${goal}`
}
