/** A real program in a pty, its screen kept by a terminal emulator. */
import { fileURLToPath } from 'node:url'
import pty from '@lydell/node-pty'
import { Unicode11Addon } from '@xterm/addon-unicode11'
import headless from '@xterm/headless'

export interface PtyOptions {
  readonly columns?: number
  readonly rows?: number
  readonly env?: Readonly<Record<string, string>>
}

/** Longest wait for anything the program should show. */
const PATIENCE_MS = 10_000

export class PtyScreen {
  readonly terminal: InstanceType<typeof headless.Terminal>
  /** Every byte the program wrote. */
  written = ''
  exitCode: number | null = null
  readonly #child: pty.IPty
  readonly #waiting: Set<() => void> = new Set()

  /** Starts `dist/<path>` with node. */
  constructor(path: string, options: PtyOptions = {}) {
    const { columns = 80, rows = 24 } = options
    this.terminal = new headless.Terminal({ cols: columns, rows, allowProposedApi: true })
    this.terminal.loadAddon(new Unicode11Addon())
    this.terminal.unicode.activeVersion = '11'
    const program = fileURLToPath(new URL(`../../${path}`, import.meta.url))
    this.#child = pty.spawn(process.execPath, [program], {
      name: 'xterm-256color',
      cols: columns,
      rows,
      env: { ...process.env, NO_COLOR: '', ...options.env }
    })
    this.#child.onData(data => {
      this.written += data
      this.terminal.write(data, () => this.#look())
    })
    this.#child.onExit(({ exitCode }) => {
      this.exitCode = exitCode
      this.#look()
    })
  }

  send(keys: string): void {
    this.#child.write(keys)
  }

  signal(name: string): void {
    this.#child.kill(name)
  }

  resize(columns: number, rows: number): void {
    this.terminal.resize(columns, rows)
    this.#child.resize(columns, rows)
  }

  text(): string {
    const { active } = this.terminal.buffer
    const lines: string[] = []
    for (let y = 0; y < this.terminal.rows; y++)
      lines.push(
        active
          .getLine(active.baseY + y)
          ?.translateToString(true)
          .trimEnd() ?? ''
      )
    return lines.join('\n')
  }

  /** Resolves when the screen holds it; rejects with the screen when it never does. */
  async shows(what: RegExp): Promise<void> {
    await this.until(() => what.test(this.text()), `the screen never showed ${what}`)
  }

  async ended(): Promise<number> {
    await this.until(() => this.exitCode !== null, 'the program did not end')
    // The emulator parses what was written last.
    await new Promise<void>(resolve => this.terminal.write('', resolve))
    return this.exitCode ?? -1
  }

  until(condition: () => boolean, complaint: string): Promise<void> {
    if (condition()) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(look)
        reject(new Error(`${complaint}:\n${this.text()}`))
      }, PATIENCE_MS)
      const look = (): void => {
        if (!condition()) return
        clearTimeout(timer)
        this.#waiting.delete(look)
        resolve()
      }
      this.#waiting.add(look)
    })
  }

  close(): void {
    if (this.exitCode === null) this.#child.kill('SIGKILL')
    this.terminal.dispose()
  }

  #look(): void {
    for (const look of this.#waiting) look()
  }
}
