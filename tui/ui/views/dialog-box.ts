import type { Area, Frame } from '../screen/index.ts'

/** A cleared box in the middle, at most the whole space; returns its inside. */
export function dialogBox(
  frame: Frame,
  space: Area,
  title: string,
  width: number,
  height: number
): Area {
  const boxWidth = Math.min(width, space.width)
  const boxHeight = Math.min(height, space.height)
  const x = space.x + Math.floor((space.width - boxWidth) / 2)
  const y = space.y + Math.floor((space.height - boxHeight) / 2)
  const area = { x, y, width: boxWidth, height: boxHeight }
  frame.fill(area)
  frame.box(area, title, 'key')
  return { x: x + 2, y: y + 1, width: boxWidth - 4, height: boxHeight - 2 }
}

/** First row shown so that `index` is visible. */
export function scrollTop(index: number, rows: number, count: number): number {
  return Math.max(0, Math.min(index - Math.floor(rows / 2), count - rows))
}
