import type { TLSSocket } from 'node:tls'
import {
  BLOCK_BYTES,
  type BlocksRefusal,
  FRAME_BLOCKS_MAX,
  rangeBytes,
  SIDE_QUESTIONS_MAX,
  SideListener,
  type SideQuestion,
  sideAnswer,
  sideRefusal
} from '../../protocols/blocks/index.ts'
import { type OpenDoor, openDoor } from '../vmm/index.ts'
import type { ServeWish } from './calls.ts'
import { IDLE_MS } from './tls-way.ts'

/** Answers read and not yet sent, 1 MiB each: the disk and the connection work at the same time. */
const ROOMS = 4

/** An origin's end of one side connection: answers each question in its turn. */
export class Serving {
  readonly #socket: TLSSocket
  readonly #wish: ServeWish
  readonly #doors = new Map<string, Promise<OpenDoor>>()
  readonly #questions: SideQuestion[] = []
  readonly #free: Uint8Array[] = []
  #rooms = 0
  /** Somebody waits for a room. */
  #freed: (() => void) | undefined
  #working: Promise<void> | undefined
  #isOver = false

  constructor(socket: TLSSocket, wish: ServeWish) {
    this.#socket = socket
    this.#wish = wish
    const listener = new SideListener(wish.parts, question => this.#questions.push(question))
    socket.setTimeout(IDLE_MS, () => socket.destroy())
    socket.on('error', () => undefined)
    socket.on('close', () => void this.close())
    socket.on('data', piece => {
      const refusal = listener.feed(piece) ?? this.#tooMany()
      if (refusal !== undefined) return this.#refuse(refusal)
      this.#working ??= this.#work().finally(() => {
        this.#working = undefined
      })
    })
  }

  async close(): Promise<void> {
    this.#isOver = true
    this.#questions.length = 0
    this.#socket.destroy()
    this.#freed?.()
    await this.#working
    const doors = [...this.#doors.values()]
    this.#doors.clear()
    for (const door of await Promise.allSettled(doors))
      if (door.status === 'fulfilled') await door.value.close()
  }

  async #work(): Promise<void> {
    try {
      for (let question = this.#questions.shift(); question; question = this.#questions.shift()) {
        const room = await this.#room()
        if (this.#isOver) return
        this.#send(await this.#read(question, room), room)
      }
    } catch {
      this.#refuse({ code: 'NOT_READY', message: 'the machine cannot be read now' })
    }
  }

  async #read({ shape, ranges }: SideQuestion, room: Uint8Array): Promise<Uint8Array> {
    const door = await this.#door(shape.name)
    const reads = []
    let at = 0
    for (const range of ranges) {
      const length = rangeBytes(shape, range)
      reads.push(door.read(range.first * BLOCK_BYTES, room.subarray(at, at + length)))
      at += length
    }
    await Promise.all(reads)
    return room.subarray(0, at)
  }

  #send(bytes: Uint8Array, room: Uint8Array): void {
    const frames = sideAnswer(bytes)
    this.#socket.cork()
    for (const [at, frame] of frames.entries()) {
      const isLast = at === frames.length - 1
      this.#socket.write(frame, isLast ? () => this.#give(room) : undefined)
    }
    this.#socket.uncork()
  }

  /** Waits until an earlier answer has been taken by the network: that is what holds a fast reader back. */
  async #room(): Promise<Uint8Array> {
    for (;;) {
      const free = this.#free.pop()
      if (free !== undefined) return free
      if (this.#rooms < ROOMS || this.#isOver) break
      await new Promise<void>(resolve => {
        this.#freed = resolve
      })
    }
    this.#rooms += 1
    return new Uint8Array(FRAME_BLOCKS_MAX * BLOCK_BYTES)
  }

  #give(room: Uint8Array): void {
    this.#free.push(room)
    this.#freed?.()
    this.#freed = undefined
  }

  #door(part: SideQuestion['shape']['name']): Promise<OpenDoor> {
    const known = this.#doors.get(part)
    if (known !== undefined) return known
    const door = this.#wish.doors[part]
    const opened = door
      ? openDoor(door, 'read')
      : Promise.reject(new Error(`there is no door to ${part}`))
    this.#doors.set(part, opened)
    return opened
  }

  #tooMany(): BlocksRefusal | undefined {
    if (this.#questions.length <= SIDE_QUESTIONS_MAX) return undefined
    return { code: 'MALFORMED', message: `more than ${SIDE_QUESTIONS_MAX} questions unanswered` }
  }

  #refuse(refusal: BlocksRefusal): void {
    this.#questions.length = 0
    if (this.#socket.destroyed) return
    for (const frame of sideRefusal(refusal)) this.#socket.write(frame)
    this.#socket.end()
  }
}
