import { setTimeout } from 'node:timers/promises'
import type { IClientOptions, MqttClient } from 'mqtt'
import { CommandFailed } from '../command-failed.ts'

export interface RetainedMessage {
  readonly topicName: string
  readonly payload: Buffer
}

/** Connects to a broker by MQTT 3.1.1, without a session, for this work alone. */
export async function withClient<Result>(
  url: string,
  login: IClientOptions,
  work: (client: MqttClient) => Promise<Result>,
): Promise<Result> {
  // Loaded here alone: it takes longer than everything else that the other verbs need.
  const { connectAsync } = await import('mqtt')
  const options = { ...login, protocolVersion: 4, clean: true, reconnectPeriod: 0, clientId: '' } as const
  try {
    const client = await connectAsync(url, options)
    client.on('error', () => undefined)
    await using _end = { [Symbol.asyncDispose]: () => client.endAsync() }
    return await work(client)
  } catch (cause) {
    if (cause instanceof CommandFailed) throw cause
    throw new CommandFailed(`${url}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

/** Every retained message under the filter: all that came until a PINGREQ was answered and nothing more had come. */
export async function collectRetained(
  client: MqttClient,
  topicFilter: string,
  quietMilliseconds: number,
): Promise<ReadonlyMap<string, Buffer>> {
  const found = new Map<string, Buffer>()
  const onMessage = (topicName: string, payload: Buffer, { retain }: { readonly retain: boolean }): void => {
    // MQTT 3.1.1 §3.3.1.3: the flag tells what was retained from what is published now.
    if (retain) found.set(topicName, payload)
  }
  client.on('message', onMessage)
  // [MQTT-3.8.4-3]: a subscription that is repeated has the retained messages sent again.
  await client.subscribeAsync(topicFilter, { qos: 1 })
  for (let before = -1; before !== found.size; ) {
    before = found.size
    await setTimeout(quietMilliseconds)
    await pingOnce(client)
  }
  client.off('message', onMessage)
  return found
}

/** An empty payload removes what is retained (MQTT 3.1.1 §3.3.1.3). */
export async function publishRetained(client: MqttClient, messages: readonly RetainedMessage[]): Promise<void> {
  for (const { topicName, payload } of messages) await client.publishAsync(topicName, payload, { qos: 1, retain: true })
}

function pingOnce(client: MqttClient): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const onPacket = ({ cmd }: { readonly cmd: string }): void => {
    if (cmd === 'pingresp') settle(resolve)
  }
  const onClose = (): void => settle(() => reject(new Error('the connection was closed')))
  const settle = (then: () => void): void => {
    client.off('packetreceive', onPacket).off('close', onClose)
    then()
  }
  client.on('packetreceive', onPacket).on('close', onClose)
  client.sendPing()
  return promise
}
