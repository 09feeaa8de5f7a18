import { setTimeout as wait } from 'node:timers/promises'
import { connectAsync } from 'mqtt'
import type { ChildHub } from '../child-hub.ts'

/** A device that sends itself a message every 5 ms; each sample is the way through the broker, in milliseconds. */
export async function pingWhile(
  hub: ChildHub,
  credentials: { readonly cert: string; readonly key: string },
  work: () => Promise<void>,
): Promise<readonly number[]> {
  const topicName = 'users/default/devices/pinger/ping'
  const client = await connectAsync({
    protocol: 'mqtts',
    host: 'localhost',
    port: hub.mqttPort,
    ca: hub.ca,
    ...credentials,
    clientId: 'pinger',
    protocolVersion: 4,
  })
  await client.subscribeAsync(topicName)
  const samples: number[] = []
  client.on('message', (_topic, payload) => samples.push(performance.now() - Number(payload.toString())))
  let working = true
  const done = work().finally(() => {
    working = false
  })
  while (working) {
    client.publish(topicName, String(performance.now()))
    await wait(5)
  }
  await done
  await client.endAsync()
  return samples
}
