import { randomInt } from 'node:crypto'
import { expect, onTestFailed, test } from 'vitest'
import { randomPacket, SeededRandom } from '../support/hostile-packets.ts'
import { nextMessage } from '../support/next-message.ts'
import { connectPacket, openRawClient } from '../support/raw-client.ts'
import { startTestHub } from '../support/test-hub.ts'

const CONNECTIONS = 200

// In their thousands, and mutated: test/broker/hostile-packets.test.ts.
test('clients that send anything, over TLS, leave a hub that serves others, and no socket', async () => {
  const seed = randomInt(2 ** 31)
  onTestFailed(() => console.error(`seed ${seed}`))
  const random = new SeededRandom(seed)
  await using hub = await startTestHub()
  const hostile = await hub.enrol('hostile')
  const well = await hub.connect(await hub.enrolService('well', ['#']))
  await well.subscribeAsync('well', { qos: 1 })
  let open = 0
  hub.hub.events.subscribe('device.connected', () => open++)
  const allGone = new Promise<void>((resolve) =>
    hub.hub.events.subscribe('device.disconnected', () => {
      if (--open === 0) resolve()
    }),
  )
  const before = openSockets()
  using last = await openRawClient(hub, hostile)
  last.send(connectPacket({ clientId: 'hostile:last' }))
  await last.next('connack')

  for (let connection = 0; connection < CONNECTIONS; connection++) {
    using client = await openRawClient(hub, hostile)
    if (random.below(4) > 0) client.send(connectPacket({ clientId: 'hostile' }))
    client.send(...Array.from({ length: 20 }, () => randomPacket(random)), { cmd: 'pingreq' })
    if (connection % 20 > 0) continue
    const arrived = nextMessage(well)
    await well.publishAsync('well', `${connection}`, { qos: 1 })
    expect(await arrived).toEqual({ topic: 'well', payload: `${connection}` })
  }

  last.socket.destroy()
  await Promise.all([allGone, last.closed])
  while (openSockets() > before) await new Promise((resolve) => setImmediate(resolve))
})

/** Of this process, in which both ends are. */
function openSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
}
