import { expect, test } from 'vitest'
import { nextMessage } from '../support/next-message.ts'
import { connectPacket, openRawClient } from '../support/raw-client.ts'
import { startTestHub } from '../support/test-hub.ts'

// What every object of JavaScript has, for whoever keeps names in one.
const NAMES = ['constructor', 'toString', 'hasOwnProperty', 'valueOf', 'prototype']
const TOPIC = '__proto__/constructor/toString/hasOwnProperty'

test('names that every object has are names like others: of devices, users, policies, clients and topics', async () => {
  await using hub = await startTestHub()
  const watcher = await hub.connect(await hub.enrolService('watcher', ['#']))
  await watcher.subscribeAsync(['users/+/devices/+/#', `${TOPIC}/#`], { qos: 1 })

  for (const name of NAMES) {
    expect(await hub.api('GET', `/api/devices/${name}`)).toMatchObject({ status: 404 })
    expect(await hub.api('GET', `/api/policies/${name}`)).toMatchObject({ status: 404 })
    const rule = { effect: 'allow', actions: ['publish', 'subscribe'], topicFilter: `${TOPIC}/${name}` }
    expect(await hub.api('PUT', `/api/policies/${name}`, { body: { rules: [rule] } })).toMatchObject({ status: 200 })
    const device = await hub.enrol(name, { userId: name })
    const attached = await hub.api('PATCH', `/api/devices/${name}`, { body: { policies: ['device', name] } })
    expect(attached).toMatchObject({ status: 200 })

    const away = { clientId: `${name}:hasOwnProperty`, clean: false, username: '__proto__', password: 'constructor' }
    const first = await hub.connect(device, away)
    await first.subscribeAsync(`${TOPIC}/${name}`, { qos: 1 })
    await first.endAsync()
    const client = await hub.connect(device, { clientId: name })
    for (const topic of [`users/${name}/devices/${name}/__proto__`, `${TOPIC}/${name}`]) {
      const arrived = nextMessage(watcher)
      await client.publishAsync(topic, name, { qos: 1, retain: true })
      expect(await arrived).toEqual({ topic, payload: name })
    }
    using resumed = await openRawClient(hub, device)
    resumed.send(connectPacket({ clientId: `${name}:hasOwnProperty`, clean: false }))
    expect(await resumed.next('publish')).toMatchObject({ topic: `${TOPIC}/${name}`, payload: Buffer.from(name) })
  }

  expect(await hub.api('GET', '/api/devices/__proto__')).toMatchObject({ status: 400 })
  const late = await hub.connect(await hub.enrolService('late', ['#']))
  const retained: string[] = []
  const all = new Promise<void>((resolve) =>
    late.on('message', (topic) => {
      if (retained.push(topic) === NAMES.length) resolve()
    }),
  )
  await late.subscribeAsync(`${TOPIC}/+`, { qos: 1 })
  await all
  expect(retained.toSorted()).toEqual(NAMES.map((name) => `${TOPIC}/${name}`).toSorted())
  expect(await hub.refusals()).toEqual([])
})
