import { duplexPair } from 'node:stream'
import { Aedes } from 'aedes'
import { generate, parser } from 'mqtt-packet'

// PUBACK is on the wire before the message is stored.
const broker = await Aedes.createBroker()
const enqueue = broker.persistence.outgoingEnqueueCombi.bind(broker.persistence)
broker.persistence.outgoingEnqueueCombi = async (...rest) => {
  await new Promise((resolve) => setTimeout(resolve, 100))
  console.log('stored')
  return enqueue(...rest)
}
const [device, hub] = duplexPair()
broker.handle(hub)
const incoming = parser()
incoming.on('packet', ({ cmd }) => {
  if (cmd === 'puback') console.log('puback')
  if (cmd === 'connack') device.write(generate({ cmd: 'publish', topic: 't', payload: 'x', qos: 1, messageId: 1 }))
})
device.on('data', (bytes) => incoming.parse(bytes))
device.write(generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, clientId: 'd' }))
setTimeout(() => broker.close(() => device.destroy()), 300)
