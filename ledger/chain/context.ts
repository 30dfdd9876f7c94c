import type { ApplyContext } from '../apply/index.ts'
import type { Crypto } from '../crypto/index.ts'
import type { Genesis, Hash, PublicKey } from '../records/index.ts'
import { networkOf } from '../statements/index.ts'
import { statementChecks } from './statement-checks.ts'

/** What making and checking the blocks of one network needs besides the state. */
export interface ChainContext extends ApplyContext {
  readonly network: Hash
  /**
   * Whether this node has already seen that the transaction of this hash bears a good signature of this key:
   * signatures are the dearest part of a block, and each is checked once per node.
   */
  readonly isVerified: (transaction: Hash, key: PublicKey) => boolean
}

export function chainContext(
  genesis: Genesis,
  crypto: Crypto,
  isVerified: ChainContext['isVerified'] = () => false
): ChainContext {
  const network = networkOf(genesis, crypto)
  return { network, crypto, statements: statementChecks({ network, crypto }), isVerified }
}
