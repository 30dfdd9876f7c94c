/**
 * The only file that touches blessed. It is used for the alternate screen, the terminal's start and the decoding
 * of keys; its widgets, its drawing and its terminfo look-up are not, for the measured reasons that the names
 * below tell.
 */
import { EventEmitter } from 'node:events'
import type { Duplex } from 'node:stream'
import blessed from 'blessed'
import { FAREWELL, MODES_AFTER_GUEST, MODES_BEGIN } from './farewell.ts'
import type { Frame } from './frame.ts'
import { InputRouter } from './input-router.ts'
import { type DecodedKey, type Key, normaliseKey } from './keys.ts'
import { paint } from './paint.ts'
import type { ThemeName } from './themes.ts'
import { TtyOut } from './tty-out.ts'

export interface TerminalListener {
  key(key: Key): void
  paste(text: string): void
  resize(width: number, height: number): void
  /** The terminal went away. */
  gone(): void
}

/** `returned`: by Ctrl-]. `dropped`: the far end closed it. */
export type AttachEnd = 'returned' | 'dropped'

interface BlessedInside {
  Tput: { ipaths: string[] }
}

interface ScreenInside {
  tput: { brokenACS: boolean }
  render: () => void
  program: {
    on(name: 'keypress', listener: (character: string | undefined, key: DecodedKey) => void): void
    flush(): void
  }
  destroy(): void
}

/** What blessed takes for a keyboard: the router decides what it hears. */
class Keyboard extends EventEmitter {
  readonly isTTY: boolean = true
  isRaw: boolean = true
  setRawMode(): void {}
  resume(): void {}
  pause(): void {}
}

export class Terminal {
  readonly #out: TtyOut
  readonly #router: InputRouter
  readonly #screen: ScreenInside
  readonly #listener: TerminalListener
  readonly #onData: (data: Uint8Array) => void
  readonly #onResize: () => void
  #shown: Frame | null = null
  #theme: ThemeName | null = null
  #attached = false
  #closed = false

  constructor(listener: TerminalListener) {
    this.#listener = listener
    this.#out = new TtyOut(process.stdout.columns, process.stdout.rows)
    this.#out.on('gone', () => listener.gone())
    const keyboard = new Keyboard()
    this.#router = new InputRouter({
      keys: sequence => void keyboard.emit('data', Buffer.from(sequence)),
      text: text => listener.key({ name: text, text }),
      paste: text => listener.paste(text)
    })
    this.#screen = openScreen(keyboard, this.#out)
    this.#screen.program.on('keypress', (character, key) => {
      const normal = normaliseKey(character, key)
      if (normal !== null) listener.key(normal)
    })
    this.#onData = data => this.#router.push(data)
    this.#onResize = () => this.#resized()
    process.stdin.setRawMode(true).resume().on('data', this.#onData)
    process.stdout.on('resize', this.#onResize)
    this.#out.write(MODES_BEGIN)
  }

  get size(): { width: number; height: number } {
    return { width: this.#out.columns, height: this.#out.rows }
  }

  /** False while a console has the screen or the terminal has not taken the last frame yet. */
  get ready(): boolean {
    return !this.#attached && !this.#closed && !this.#out.backlog
  }

  paint(frame: Frame, theme: ThemeName): void {
    if (this.#attached || this.#closed) return
    // Late bytes in blessed's own buffer once wiped the first paint.
    this.#screen.program.flush()
    const bytes = paint(this.#theme === theme ? this.#shown : null, frame, theme)
    this.#shown = frame
    this.#theme = theme
    if (bytes !== '') this.#out.write(bytes)
  }

  /** Puts text on the clipboard of the terminal's user (OSC 52), where the terminal allows it. */
  copy(text: string): void {
    this.#out.write(`\u001b]52;c;${Buffer.from(text).toString('base64')}\u0007`)
  }

  /** Gives the whole terminal to a guest's console until Ctrl-] or its end, then takes it back clean. */
  async attach(guest: Duplex, banner: string): Promise<AttachEnd> {
    this.#attached = true
    this.#out.write(
      `\u001b[0m\u001b[2J\u001b[H\u001b[?2004l\u001b[?25h\u001b[7m${banner}\u001b[0m\r\n`
    )
    const end = await new Promise<AttachEnd>(resolve => {
      this.#router.attach(
        bytes => void guest.write(bytes),
        () => resolve('returned')
      )
      guest.on('data', (bytes: Uint8Array) => {
        if (this.#out.write(bytes)) return
        guest.pause()
        this.#out.once('drain', () => guest.resume())
      })
      guest.once('end', () => resolve('dropped'))
      guest.once('close', () => resolve('dropped'))
      guest.on('error', () => resolve('dropped'))
    })
    this.#router.detach()
    guest.removeAllListeners('data')
    guest.destroy()
    if (this.#closed) return end
    this.#out.write(MODES_AFTER_GUEST)
    this.#shown = null
    this.#attached = false
    return end
  }

  /** Leaves the terminal as it was found. Safe to call twice, and from an exit handler. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#router.close()
    process.stdin.off('data', this.#onData)
    process.stdout.off('resize', this.#onResize)
    this.#out.lastWords(FAREWELL)
    this.#screen.destroy()
    process.stdin.setRawMode(false).pause()
  }

  #resized(): void {
    this.#out.resize(process.stdout.columns, process.stdout.rows)
    this.#shown = null
    this.#listener.resize(this.#out.columns, this.#out.rows)
  }
}

function openScreen(keyboard: Keyboard, out: TtyOut): ScreenInside {
  // Its parser fails on ncurses' newer files and falls back to 8 colours with noise on stderr: only the
  // description that blessed brings along is read.
  const inside = blessed as unknown as BlessedInside
  inside.Tput.ipaths.length = 0
  const screen = blessed.screen({
    input: keyboard,
    output: out,
    terminal: 'xterm-256color',
    forceUnicode: true,
    fullUnicode: true
  } as unknown as blessed.Widgets.IScreenOptions) as unknown as ScreenInside
  screen.tput.brokenACS = true
  screen.render = () => {}
  screen.program.flush()
  return screen
}
