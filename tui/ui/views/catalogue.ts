import type { CatalogueEntry } from '../port.ts'
import { type Area, type Frame, pad } from '../screen/index.ts'
import { dialogBox, scrollTop } from './dialog-box.ts'

/** Configurations with market averages (2004 text, figure 6). */
export function putCatalogue(
  frame: Frame,
  space: Area,
  entries: readonly CatalogueEntry[] | null,
  index: number
): void {
  const rows = entries?.length ?? 1
  const inside = dialogBox(frame, space, 'New machine: pick a configuration', 98, rows + 5)
  if (entries === null) {
    frame.put(inside.x, inside.y, 'Asking the node for the market averages…', 'dim')
    return
  }
  const right = inside.x + inside.width
  frame.put(inside.x, inside.y, titles(inside.width), 'dim', right)
  const room = Math.max(1, inside.height - 3)
  const top = scrollTop(index, room, entries.length)
  for (const [row, entry] of entries.slice(top, top + room).entries()) {
    const y = inside.y + 1 + row
    const selected = top + row === index
    const tone = selected ? 'selected' : entry.average === null ? 'dim' : 'plain'
    const text = `${selected ? '>' : ' '} ${rowText(entry, inside.width)}`
    frame.put(inside.x, y, pad(text, inside.width), tone, right)
  }
  putFoot(frame, { ...inside, y: inside.y + inside.height - 1, height: 1 }, entries[index])
}

function titles(width: number): string {
  const wide = `${pad('OS', 11)}  ${pad('SPEED', 6, 'right')}  ${pad('MEM', 5, 'right')}  ${pad('DISK', 5, 'right')}  `
  return `  ${pad('CONFIGURATION', 16)}${width >= 84 ? `  ${wide}` : '  '}${pad('$/30 DAYS', 10, 'right')}  ${pad('$/HOUR', 10, 'right')}${width >= 60 ? '  HOSTS' : ''}`
}

function rowText(entry: CatalogueEntry, width: number): string {
  const { configuration: one, average } = entry
  const name = entry.preconfigured ? `${one.name} *` : one.name
  const wide = `${pad(one.os, 11)}  ${pad(`${one.speed}`, 6, 'right')}  ${pad(`${one.memoryMb}`, 5, 'right')}  ${pad(`${one.storageMb}`, 5, 'right')}  `
  const prices = `${pad(average?.storagePer30Days ?? '-', 10, 'right')}  ${pad(average?.runningPerHour ?? '-', 10, 'right')}`
  const hosts = width >= 60 ? `  ${pad(`${average?.providers ?? 0}`, 5, 'right')}` : ''
  return `${pad(name, 16)}${width >= 84 ? `  ${wide}` : '  '}${prices}${hosts}`
}

function putFoot(frame: Frame, area: Area, entry: CatalogueEntry | undefined): void {
  const right = area.x + area.width
  if (entry === undefined) return
  const { memoryMb, storageMb, processor, speed, os } = entry.configuration
  const what = `${processor}, ${os}, ${speed} bogomips, ${memoryMb} MB memory, ${storageMb} MB disk`
  frame.put(
    area.x,
    area.y,
    entry.preconfigured ? `* ready to boot: ${what}` : `blank disk: ${what}`,
    'dim',
    right
  )
}
