import { DomainError } from '../errors.ts'
import { REFUSAL_MENDS } from '../refusal.ts'
import { isTopicName, isWellFormed } from '../topic.ts'
import type { AedesEngine } from './aedes/engine.ts'
import type { BoundReports } from './bound-reports.ts'
import type { Message } from './delivery/message.ts'
import { StoreFull } from './delivery/store-full.ts'
import { encodePublish } from './delivery/wire.ts'

/** Who has published what the hub was asked to over its API; no registered id begins with "_". */
const API_CLIENT_ID = '_api'

export interface PublicationLimits {
  readonly topicLevels: number
  readonly packetBytes: number
}

export interface PublisherOptions {
  readonly engine: Pick<AedesEngine, 'publish' | 'isFinished'>
  readonly limits: PublicationLimits
  readonly reports: Pick<BoundReports, 'reached'>
}

/** Publishes what the hub is asked to, the same way as a client's message goes; resolves when PUBACK would be sent. */
export function openPublisher({ engine, limits, reports }: PublisherOptions): (message: Message) => Promise<void> {
  return async (message) => {
    judgePublication(message, limits)
    // What is not taken is never called back for.
    if (engine.isFinished) throw new DomainError('hub_stopping', 'The hub is stopping: ask again when it has started')
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    engine.publish(message, API_CLIENT_ID, (error) => (error ? reject(nameFailure(error)) : resolve()))
    return promise
  }

  function nameFailure(error: Error): Error {
    if (!(error instanceof StoreFull)) return error
    reports.reached('store_bytes', 'mqtt.db')
    return new DomainError('store_full', REFUSAL_MENDS.store_full, { cause: error })
  }
}

/** Throws `invalid_topic_name` and `packet_too_large`, for what no client could publish either. */
function judgePublication(message: Message, { topicLevels, packetBytes }: PublicationLimits): void {
  const { topic } = message
  if (!isTopicName(topic) || !isWellFormed(topic) || !topic.isWellFormed())
    throw invalidTopicName('A topic name has 1 to 65535 octets of UTF-8, without "+", "#" and NUL')
  if (topic.startsWith('$')) throw invalidTopicName('Topics that begin with "$" are the hub\'s own')
  if (topic.split('/').length > topicLevels)
    throw invalidTopicName(`A topic name has at most ${topicLevels} levels (limits.topic_levels)`)
  if (encodePublish(message, 1).length > packetBytes)
    throw new DomainError('packet_too_large', `The packet would exceed limits.packet_bytes, which is ${packetBytes}`)
}

function invalidTopicName(sentence: string): DomainError {
  return new DomainError('invalid_topic_name', sentence)
}
