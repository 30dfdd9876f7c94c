import { decodeAs, encodeAs, type Genesis, type Light, lightCodec } from '../../ledger/index.ts'
import { type RecordStore, StoreError, type Values } from '../store/index.ts'

const KEY = 'checkpoint'

export const lightValues: Values<Light> = {
  encode: light => encodeAs(lightCodec, light),
  decode: bytes => decodeAs(lightCodec, bytes)
}

/** Where a light node was when it ended: it goes on from there, or an old set could deceive it after each restart. */
export class Checkpoint {
  readonly #records: RecordStore<Light>
  #saving: Promise<unknown> = Promise.resolve()

  constructor(records: RecordStore<Light>) {
    this.#records = records
  }

  /** undefined before the first head. Throws STORE_OTHER_NETWORK. */
  async load(genesis: Genesis, network: string): Promise<Light | undefined> {
    const light = await this.#records.get(KEY)
    if (light === undefined || light.network === network) return light
    throw new StoreError(
      'STORE_OTHER_NETWORK',
      `the store follows the ledger of network ${light.network.slice(0, 8)}, not that of "${genesis.name}": put the former genesis file back, or give another --data`
    )
  }

  /**
   * In the order of the calls. Only what is synced outlives a power cut for sure: a hand-over must, a head that is lost
   * is some seconds old.
   */
  save(light: Light, sync: boolean): Promise<void> {
    const saved = this.#saving.then(() =>
      this.#records.write([{ key: KEY, value: light }], { sync })
    )
    this.#saving = saved.catch(() => undefined)
    return saved
  }
}
