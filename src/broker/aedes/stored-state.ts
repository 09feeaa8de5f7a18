import type { Readable } from 'node:stream'
import type { PublishPacket, Subscription } from 'aedes'

/** What we use of Aedes' persistence interface; a client is named by its id. */
export interface StoredState {
  addSubscriptions(client: ClientRef, subscriptions: readonly Subscription[]): Promise<void>
  cleanSubscriptions(client: ClientRef): Promise<unknown>
  cleanIncoming(client: ClientRef): Promise<unknown>
  delWill(client: ClientRef): Promise<unknown>
  outgoingStream(client: ClientRef): Readable
  outgoingClearMessageId(client: ClientRef, packet: { readonly messageId: number | undefined }): Promise<unknown>
  createRetainedStream(topicFilter: string): Readable
  storeRetained(packet: PublishPacket): Promise<void>
}

interface ClientRef {
  readonly id: string
}

/** Drops subscriptions, queue, will and half-received messages of a client id. */
export async function forgetSession(state: StoredState, clientId: string): Promise<void> {
  const client = { id: clientId }
  await state.cleanSubscriptions(client)
  for await (const packet of state.outgoingStream(client)) await state.outgoingClearMessageId(client, packet)
  await state.cleanIncoming(client)
  await state.delWill(client)
}

/** Drops every retained message whose topic the filter matches. */
export async function forgetRetained(state: StoredState, topicFilter: string): Promise<void> {
  for await (const { topic } of state.createRetainedStream(topicFilter)) {
    // [MQTT-3.3.1-10]: a retained message with an empty payload removes the one that is kept
    await state.storeRetained({ cmd: 'publish', topic, payload: Buffer.alloc(0), qos: 0, retain: true, dup: false })
  }
}
