import { randomBytes } from 'node:crypto'
import { createServer, type Server, type TLSSocket } from 'node:tls'
import type { SideOffer } from '../../protocols/blocks/index.ts'
import type { ServeWish } from './calls.ts'
import { Serving } from './serving.ts'
import { keyOf, TLS_WAY } from './tls-way.ts'

/** Who has not said which key it holds by then never will. */
const HANDSHAKE_MS = 5_000
/** Offers open at once are few; strangers who knock must not take every file descriptor. */
const CONNECTIONS_MAX = 64

/** Where destinations connect with the key they were offered. Listens from the first offer on. */
export class SideServer {
  readonly #server: Server
  readonly #offers = new Map<string, SideOffer & { readonly wish: ServeWish }>()
  readonly #servings = new Map<string, Serving>()
  #listening: Promise<number> | undefined

  constructor() {
    this.#server = createServer({
      ...TLS_WAY,
      handshakeTimeout: HANDSHAKE_MS,
      pskCallback: (socket, identity) => this.#keyFor(socket as TLSSocket, identity)
    })
    this.#server.maxConnections = CONNECTIONS_MAX
    this.#server.on('secureConnection', socket => this.#begin(socket))
    // A stranger's handshake that fails is nobody's trouble.
    this.#server.on('tlsClientError', (_error, socket) => socket.destroy())
  }

  async offer(wish: ServeWish): Promise<SideOffer> {
    const port = await this.#listen(wish)
    const offer = { port, identity: random(), key: random() }
    this.#offers.set(offer.identity, { ...offer, wish })
    return offer
  }

  async withdraw(identity: string): Promise<void> {
    this.#offers.delete(identity)
    const serving = this.#servings.get(identity)
    this.#servings.delete(identity)
    await serving?.close()
  }

  #keyFor(socket: TLSSocket, identity: string): Buffer | null {
    const offer = this.#offers.get(identity)
    if (offer === undefined) return null
    this.#identities.set(socket, identity)
    return keyOf(offer)
  }

  readonly #identities = new WeakMap<TLSSocket, string>()

  /** The key has been proved: it opens nothing a second time. */
  #begin(socket: TLSSocket): void {
    const identity = this.#identities.get(socket) ?? ''
    const offer = this.#offers.get(identity)
    this.#offers.delete(identity)
    if (offer === undefined) {
      socket.destroy()
      return
    }
    this.#servings.set(identity, new Serving(socket, offer.wish))
  }

  #listen({ host, port }: ServeWish): Promise<number> {
    this.#listening ??= new Promise((resolve, reject) => {
      this.#server.once('error', error => {
        this.#listening = undefined
        reject(error)
      })
      this.#server.listen({ host, port }, () => {
        const address = this.#server.address()
        resolve(address !== null && typeof address === 'object' ? address.port : port)
      })
    })
    return this.#listening
  }
}

function random(): string {
  return randomBytes(32).toString('hex')
}
