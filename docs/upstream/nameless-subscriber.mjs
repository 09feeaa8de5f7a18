import { duplexPair } from 'node:stream'
import { Aedes } from 'aedes'
import mqemitter from 'mqemitter'
import { generate, parser } from 'mqtt-packet'

// An emitter is handed a closure and cannot tell whose it is.
const mq = mqemitter()
const on = mq.on.bind(mq)
mq.on = (topic, deliver, done) => {
  if (topic === 't') console.log('on', topic, 'told:', Object.keys(deliver), deliver.name)
  return on(topic, deliver, done)
}
const broker = await Aedes.createBroker({ mq })
const [device, hub] = duplexPair()
broker.handle(hub)
const incoming = parser()
incoming.on('packet', ({ cmd }) => {
  if (cmd === 'connack')
    device.write(generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 't', qos: 1 }] }))
  if (cmd === 'suback') broker.close(() => device.destroy())
})
device.on('data', (bytes) => incoming.parse(bytes))
device.write(generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, clientId: 'd' }))
