import { duplexPair } from 'node:stream'
import { Aedes } from 'aedes'
import { generate, parser } from 'mqtt-packet'

// One SUBSCRIBE of a granted and a refused filter stores both.
const broker = await Aedes.createBroker({
  authorizeSubscribe: (_client, subscription, done) =>
    done(null, subscription.topic === 'secret' ? null : subscription),
})
const [device, hub] = duplexPair()
broker.handle(hub)
const incoming = parser()
incoming.on('packet', async ({ cmd, granted }) => {
  const subscriptions = ['open', 'secret'].map((topic) => ({ topic, qos: 1 }))
  if (cmd === 'connack') device.write(generate({ cmd: 'subscribe', messageId: 1, subscriptions }))
  if (cmd !== 'suback') return
  const stored = await broker.persistence.subscriptionsByClient({ id: 'd' })
  console.log(
    'granted',
    granted,
    'stored',
    stored.map(({ topic }) => topic),
  )
  broker.close(() => device.destroy())
})
device.on('data', (bytes) => incoming.parse(bytes))
device.write(generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: false, clientId: 'd' }))
