import { connectAsync, type MqttClient } from 'mqtt'

export interface Talker {
  readonly id: string
  readonly cert: string
  readonly key: string
}

/** What the process is told first. */
export interface Conversation {
  readonly port: number
  readonly ca: string
  readonly talkers: readonly Talker[]
  readonly messagesPerSecond: number
}

let latencies: number[] = []

// Started by fork(): first what is to be done, then each message asks for the latencies since the one before.
process.once('message', async (conversation: Conversation) => {
  await begin(conversation)
  process.on('message', () => {
    process.send?.(latencies)
    latencies = []
  })
  process.send?.('begun')
})

async function begin({ port, ca, talkers, messagesPerSecond }: Conversation): Promise<void> {
  const topicOf = (id: string): string => `users/talkers/devices/${id}/t`
  const clients: MqttClient[] = []
  for (const { id, cert, key } of talkers) {
    const client = await connectAsync({ protocol: 'mqtts', host: 'localhost', port, ca, cert, key, clientId: id })
    await client.subscribeAsync(topicOf(id))
    client.on('message', (_, sentAt) => latencies.push(performance.now() - Number(sentAt)))
    clients.push(client)
  }
  let turn = 0
  // Spread evenly: one talker after the other.
  setInterval(() => {
    const index = turn++ % clients.length
    clients[index]?.publish(topicOf(talkers[index]?.id ?? ''), String(performance.now()))
  }, 1000 / messagesPerSecond)
}
