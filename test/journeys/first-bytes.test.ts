import { randomInt } from 'node:crypto'
import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { expect, onTestFailed, test } from 'vitest'
import { SeededRandom } from '../support/hostile-packets.ts'
import { nextMessage } from '../support/next-message.ts'
import { closing } from '../support/socket-closing.ts'
import { openTcpPair } from '../support/tcp-pair.ts'
import { startTestHub } from '../support/test-hub.ts'

const CONNECTIONS = 1500
const AT_A_TIME = 50
const PROXY = '127.0.0.2'
const STRANGER = '127.0.0.3'
const HEADERS = [
  Buffer.from('PROXY TCP4 192.0.2.7 192.0.2.1 4711 8883\r\n'),
  Buffer.from('PROXY TCP6 2001:db8::7 2001:db8::1 4711 8883\r\n'),
  Buffer.from('PROXY UNKNOWN\r\n'),
  Buffer.from('0d0a0d0a000d0a515549540a2111000cc0000207c0000201126722b3', 'hex'),
  Buffer.from('0d0a0d0a000d0a515549540a20000000', 'hex'),
]
const NOTHING = Buffer.alloc(0)

test('whatever connections begin with, from proxies and strangers, others are served and no socket is left', async () => {
  const seed = randomInt(2 ** 31)
  onTestFailed(() => console.error(`seed ${seed}`))
  const random = new SeededRandom(seed)
  const many = 1_000_000
  const limits = { half_open: many, half_open_per_address: many, new_connections_per_address_per_second: many }
  const settings = { listen: { single: 0 }, server: { proxy_protocol_from: [PROXY] }, limits }
  await using hub = await startTestHub({ settings })
  const well = await hub.connect(await hub.enrolService('well', ['#']), { host: '127.0.0.1', servername: 'localhost' })
  await well.subscribeAsync('well', { qos: 1 })
  const hello = await captureHello()
  const before = openSockets()

  for (let count = 0; count < CONNECTIONS; count += AT_A_TIME) {
    await Promise.all(
      Array.from({ length: AT_A_TIME }, () => sendAndLeave(hub.hub.mqttPort, opening(random, hello), random)),
    )
    const arrived = nextMessage(well)
    await well.publishAsync('well', `${count}`, { qos: 1 })
    expect(await arrived).toEqual({ topic: 'well', payload: `${count}` })
  }

  while (openSockets() > before) await new Promise((resolve) => setImmediate(resolve))
  expect((await hub.api('GET', '/livez')).status).toBe(200)
})

/** A header or none, whole or not, and a ClientHello or anything else behind it, with a few octets changed. */
function opening(random: SeededRandom, hello: Buffer): Buffer {
  const header = HEADERS[random.below(HEADERS.length * 2)] ?? NOTHING
  const noise = Buffer.from(Array.from({ length: random.below(64) }, () => random.below(256)))
  const behind =
    [hello, noise, Buffer.from('GET / HTTP/1.1\r\n\r\n'), Buffer.from([0x10, 12])][random.below(4)] ?? NOTHING
  const whole = Buffer.concat([header, behind])
  for (let changes = random.below(4); changes > 0 && whole.length > 0; changes--) {
    whole[random.below(whole.length)] = random.below(256)
  }
  return random.below(2) === 0 ? whole : whole.subarray(0, random.below(whole.length + 1))
}

/** In one or two pieces; resolves when the connection is gone. */
async function sendAndLeave(port: number, bytes: Buffer, random: SeededRandom): Promise<void> {
  const localAddress = random.below(2) === 0 ? PROXY : STRANGER
  const socket = connect({ port, host: '127.0.0.1', localAddress, noDelay: true })
  const cut = random.below(bytes.length + 1)
  const leave = random.below(3)
  socket.on('error', () => undefined).resume()
  socket.once('connect', () => {
    socket.write(bytes.subarray(0, cut))
    setImmediate(() => {
      socket.write(bytes.subarray(cut))
      if (leave === 0) socket.destroy()
      else if (leave === 1) socket.resetAndDestroy()
      else socket.end()
    })
  })
  await closing(socket)
}

/** What a TLS client says first. */
async function captureHello(): Promise<Buffer> {
  await using pair = await openTcpPair()
  const client = connectTls({ socket: pair.client, ALPNProtocols: ['mqtt'], servername: 'localhost' })
  client.on('error', () => undefined)
  const hello: Buffer = await new Promise((resolve) => pair.accepted.once('data', resolve))
  client.destroy()
  return hello
}

/** Of this process, in which both ends are. */
function openSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
}
