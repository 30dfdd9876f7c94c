import { type GossipSub, TopicValidatorResult } from '@libp2p/gossipsub'
import { peerIdFromString } from '@libp2p/peer-id'
import type { PublicKey } from '../../ledger/index.ts'
import { keyOfPeer } from './peer-keys.ts'

export type Verdict = 'accept' | 'ignore' | 'reject'

/** Judges one message before it is passed on; `from` is the neighbour that handed it to us. */
export type Judge = (data: Uint8Array, from: PublicKey) => Promise<Verdict>

/**
 * All contact with gossipsub. The package has changed hands once already (stack.md), so nothing else may
 * know it.
 */
export interface Topics {
  subscribe(topic: string, judge: Judge): void
  publish(topic: string, data: Uint8Array): Promise<void>
}

const RESULTS = {
  accept: TopicValidatorResult.Accept,
  ignore: TopicValidatorResult.Ignore,
  reject: TopicValidatorResult.Reject
} as const

export function createTopics(pubsub: GossipSub): Topics {
  return {
    subscribe(topic, judge) {
      pubsub.topicValidators.set(topic, async (source, message) => {
        const from = keyOfPeer(peerIdFromString(source.toString()))
        return RESULTS[from === undefined ? 'reject' : await judge(message.data, from)]
      })
      pubsub.subscribe(topic)
    },
    async publish(topic, data) {
      await pubsub.publish(topic, data)
    }
  }
}
