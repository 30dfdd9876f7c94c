/**
 * The UI without a terminal: keys go in, the real reducers and the real driver work on the fake node, frames
 * come out. Time stands still unless it is moved.
 */
import { setImmediate } from 'node:timers/promises'
import { Driver } from '../../tui/ui/driver.ts'
import type { Frame } from '../../tui/ui/screen/index.ts'
import { initialState, type UiEvent, type UiState, update } from '../../tui/ui/state/index.ts'
import { view } from '../../tui/ui/views/index.ts'
import { START_MS } from './fake-machines.ts'
import { FakeNodeClient } from './fake-node-client.ts'

/** Turns of the event loop after which the fake node has answered everything. */
const TURNS = 6

export class Rehearsal {
  nowMs: number = START_MS
  readonly fake: FakeNodeClient = new FakeNodeClient({ nowMs: () => this.nowMs })
  state: UiState = initialState(START_MS, 'standard')
  readonly copied: string[] = []
  quits = 0
  /** Ends the console that is open; true: dropped by the far end. */
  leaveConsole: ((dropped: boolean) => void) | null = null
  readonly #driver: Driver = new Driver(this.fake, {
    answer: answer => this.event(answer),
    copy: text => void this.copied.push(text),
    quit: () => void this.quits++,
    attach: () =>
      new Promise(resolve => {
        this.leaveConsole = resolve
      })
  })

  static async begin(): Promise<Rehearsal> {
    const rehearsal = new Rehearsal()
    await rehearsal.refresh()
    return rehearsal
  }

  event(event: UiEvent): void {
    const { state, effects } = update(this.state, event, this.nowMs)
    this.state = state
    for (const effect of effects) this.#driver.run(effect)
  }

  async refresh(): Promise<void> {
    this.#driver.run({ kind: 'refresh' })
    await this.settle()
  }

  /** Presses keys by name; each is answered before the next. */
  async press(...names: string[]): Promise<void> {
    for (const name of names) {
      this.event({ type: 'key', key: { name, text: name.length === 1 ? name : '' } })
      await this.settle()
    }
  }

  async type(text: string): Promise<void> {
    await this.press(...Array.from(text))
  }

  async finish(): Promise<void> {
    const running = this.fake.operations.findLast(operation => operation.state === 'running')
    this.fake.finish(running?.id ?? '')
    await this.settle()
  }

  async settle(): Promise<void> {
    for (let turn = 0; turn < TURNS; turn++) await setImmediate()
  }

  frame(width: number, height: number): Frame {
    return view(this.state, width, height)
  }
}
