import { Launcher, launch } from '../vmm/index.ts' // expect consistent-type-imports

export default launch // expect no-default-export
export const anything: any = launch // expect no-explicit-any

export function start(launcher: Launcher, state: 'up' | 'down'): void {
  launcher.run() // expect no-floating-promises
  process.on('exit', async () => launcher.run()) // expect no-misused-promises
  // biome-ignore format: the comment belongs to the line of the finding
  switch (state) { // expect switch-exhaustiveness-check
    case 'up':
      console.log(state)
  }
}
