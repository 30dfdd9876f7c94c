/** `node dist/test/pictures/main.js FOLDER`: a PNG of every screen and dialog, to be looked at. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Resvg } from '@resvg/resvg-js'
import { type Frame, THEMES, type ThemeName } from '../../tui/ui/screen/index.ts'
import { SCENE_NAMES, scene } from '../support/ui-scenes.ts'
import { svgOf } from './svg.ts'

const SIZES = [
  [120, 36],
  [80, 24],
  [40, 12]
] as const

const folder = process.argv[2]
if (folder === undefined) {
  process.stderr.write('usage: node dist/test/pictures/main.js FOLDER\n')
  process.exit(2)
}
mkdirSync(folder, { recursive: true })
for (const name of SCENE_NAMES) {
  const ui = await scene(name)
  for (const [width, height] of SIZES)
    save(`${name}-${width}x${height}`, ui.frame(width, height), 'standard')
}
for (const theme of THEMES) save(`theme-${theme}`, (await scene('machines')).frame(80, 24), theme)
process.exit()

function save(name: string, frame: Frame, theme: ThemeName): void {
  const font = { loadSystemFonts: true, defaultFontFamily: 'DejaVu Sans Mono' }
  const png = new Resvg(svgOf(frame, theme), { font }).render().asPng()
  writeFileSync(join(folder ?? '.', `${name}.png`), png)
}
