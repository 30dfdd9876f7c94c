/**
 * The program: terminal events and answers of the node go through `update`, its effects to the driver, its
 * state through `view` to the terminal.
 */
import { Driver } from './driver.ts'
import type { NodePort } from './port.ts'
import { cleanText, Terminal, type ThemeName } from './screen/index.ts'
import { initialState, type UiEvent, type UiState, update } from './state/index.ts'
import { view } from './views/index.ts'

/** Data is painted at most this often; keys at once. */
const FRAME_MS = 33
/** Ages and deadlines count seconds. */
const TICK_MS = 1000

const EXIT_OF_SIGNAL = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGQUIT: 131 } as const

/** Runs the terminal UI on a node until it is left; resolves with the exit code. */
export async function runOn(port: NodePort): Promise<number> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    process.stderr.write(
      'virtuoso ui needs a terminal. In scripts use the other verbs, with --json.\n'
    )
    return 2
  }
  return new Program(port).run()
}

class Program {
  readonly #terminal: Terminal
  readonly #driver: Driver
  #state: UiState
  #painting: NodeJS.Timeout | null = null
  #finish: (code: number) => void = () => {}

  constructor(port: NodePort) {
    this.#state = initialState(Date.now(), firstTheme())
    this.#terminal = new Terminal({
      key: key => this.#on({ type: 'key', key }, true),
      paste: text => this.#on({ type: 'paste', text }, true),
      resize: () => this.#paint(),
      gone: () => this.#finish(EXIT_OF_SIGNAL.SIGHUP)
    })
    this.#driver = new Driver(port, {
      answer: answer => this.#on(answer, false),
      copy: text => this.#terminal.copy(text),
      quit: () => this.#finish(0),
      attach: async (guest, name) => {
        const banner = ` Serial console of ${cleanText(name)}. Ctrl-] comes back. `
        return (await this.#terminal.attach(guest, banner)) === 'dropped'
      }
    })
  }

  async run(): Promise<number> {
    const restore = this.#guard()
    const ticking = setInterval(() => this.#on({ type: 'tick' }, false), TICK_MS)
    try {
      return await new Promise<number>(resolve => {
        this.#finish = resolve
        this.#paint()
        this.#driver.start()
      })
    } finally {
      clearInterval(ticking)
      if (this.#painting !== null) clearTimeout(this.#painting)
      this.#driver.close()
      this.#terminal.close()
      restore()
    }
  }

  #on(event: UiEvent, atOnce: boolean): void {
    const { state, effects } = update(this.#state, event, Date.now())
    this.#state = state
    for (const effect of effects) this.#driver.run(effect)
    if (atOnce) this.#paint()
    else this.#painting ??= setTimeout(() => this.#paint(), FRAME_MS)
  }

  #paint(): void {
    if (this.#painting !== null) clearTimeout(this.#painting)
    this.#painting = null
    if (this.#state.console !== null) return
    if (!this.#terminal.ready) {
      // The terminal is behind: this frame is skipped, the newest state is painted when it has caught up.
      this.#painting = setTimeout(() => this.#paint(), FRAME_MS)
      return
    }
    const { width, height } = this.#terminal.size
    this.#terminal.paint(view(this.#state, width, height), this.#state.theme)
  }

  /** Whatever ends the process, the terminal is put back first. Returns how to take the guards away. */
  #guard(): () => void {
    const onExit = (): void => this.#terminal.close()
    const onError = (error: unknown): void => {
      this.#terminal.close()
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
      process.exit(1)
    }
    const signals = Object.entries(EXIT_OF_SIGNAL).map(([name, code]) => {
      const listener = (): void => this.#finish(code)
      process.on(name, listener)
      return { name, listener }
    })
    process.on('exit', onExit)
    process.on('uncaughtException', onError)
    process.on('unhandledRejection', onError)
    return () => {
      process.off('exit', onExit)
      process.off('uncaughtException', onError)
      process.off('unhandledRejection', onError)
      for (const { name, listener } of signals) process.off(name, listener)
    }
  }
}

/** NO_COLOR set to anything but the empty string asks for none (no-color.org). */
function firstTheme(): ThemeName {
  return process.env['NO_COLOR'] ? 'mono' : 'standard'
}
