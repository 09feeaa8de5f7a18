import { duplexPair } from 'node:stream'
import { Aedes } from 'aedes'
import { generate, parser } from 'mqtt-packet'

// A second CONNECT of an id that ends before it is registered takes the first, which lives, off the list.
let held
const broker = await Aedes.createBroker({
  authenticate: (_client, _name, _password, done) => done(null, true),
})
const subscriptionsByClient = broker.persistence.subscriptionsByClient.bind(broker.persistence)
broker.persistence.subscriptionsByClient = (client) =>
  held ? new Promise(() => undefined) : subscriptionsByClient(client)
const connect = generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: false, clientId: 'd' })
const [first, firstHub] = duplexPair()
broker.handle(firstHub)
const incoming = parser()
first.on('data', (bytes) => incoming.parse(bytes))
first.write(connect)
await new Promise((resolve) => incoming.on('packet', resolve))
console.log('listed', Object.keys(broker.clients))
held = true
const [second, secondHub] = duplexPair()
broker.handle(secondHub)
second.write(connect)
setTimeout(() => {
  second.destroy()
  secondHub.destroy()
  setTimeout(() => {
    console.log('listed', Object.keys(broker.clients), 'first is open:', !firstHub.destroyed)
    first.destroy()
    broker.close(() => undefined)
  }, 100)
}, 100)
