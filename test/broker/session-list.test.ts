import { describe, expect, test } from 'vitest'
import { BACKEND, DEVICE, GATEWAY, OTHER, openBrokerScene } from './broker-scene.ts'
import { createSession, openConnection } from './parties.ts'

describe('a ban', () => {
  test('is not followed by one for flapping, however often its device has run into it', async () => {
    await using hub = await openBrokerScene({ flappingConnects: 2 })
    const { client } = await hub.connect(DEVICE)
    await hub.sessionList.disconnect('device-001', 60)
    await client.closed
    for (let attempt = 0; attempt < 3; attempt++)
      expect((await hub.connect(DEVICE)).connack).toMatchObject({ returnCode: 5 })
    hub.advance(60_000)
    expect((await hub.connect(DEVICE)).connack).toMatchObject({ returnCode: 0 })
    expect(new Set(hub.recorder.refusals.map(({ cause }) => cause))).toEqual(new Set(['banned']))
  })

  test('holds a device whose session waits for it', async () => {
    await using hub = await openBrokerScene()
    const { client } = await hub.connect(DEVICE, { clientId: 'device-001:a', clean: false })
    client.send({ cmd: 'disconnect' })
    await client.closed
    await hub.event('device.disconnected')
    await hub.sessionList.disconnect('device-001:a', 60)
    expect(hub.sessionList.clientIds({})).toEqual([])
    expect(hub.bans.list()).toMatchObject([{ id: 'device:device-001' }])
    expect((await hub.connect(DEVICE)).connack).toMatchObject({ returnCode: 5 })
  })

  test('holds one client of a gateway, and of a service, and spares the others', async () => {
    await using hub = await openBrokerScene()
    for (const [party, id] of [
      [GATEWAY, 'gateway'],
      [BACKEND, 'backend'],
    ] as const) {
      const spared = await hub.connect(party, { clientId: `${id}:1` })
      const banned = await hub.connect(party, { clientId: `${id}:2` })
      await hub.sessionList.disconnect(`${id}:2`, 60)
      await banned.client.closed
      expect(spared.client.socket.destroyed).toBe(false)
      expect((await hub.connect(party, { clientId: `${id}:2` })).connack).toMatchObject({ returnCode: 5 })
    }
    expect(hub.bans.list().map(({ id }) => id)).toEqual(['client:gateway:2', 'client:backend:2'])
  })

  test('ends with the identity that had it', async () => {
    await using hub = await openBrokerScene()
    await hub.connect(DEVICE)
    await hub.sessionList.disconnect('device-001', 60)
    await hub.forgetIdentity('device', 'device-001', 'test-user')
    expect((await hub.connect(DEVICE)).connack).toMatchObject({ returnCode: 0 })
  })

  test('outlasts a word of the registry that ends flapping', async () => {
    await using hub = await openBrokerScene()
    await hub.connect(DEVICE)
    await hub.sessionList.disconnect('device-001', 60)
    hub.liftBan('device', 'device-001')
    expect((await hub.connect(DEVICE)).connack).toMatchObject({ returnCode: 5 })
  })
})

describe('sessions of one holder', () => {
  test('are his live ones and those that wait for him, each once, and nobody else’s', async () => {
    await using hub = await openBrokerScene()
    const { client } = await hub.connect(DEVICE, { clientId: 'device-001:away', clean: false })
    client.send({ cmd: 'disconnect' })
    await client.closed
    await hub.event('device.disconnected')
    await hub.connect(DEVICE, { clientId: 'device-001', clean: false })
    await hub.connect(OTHER)
    const holder = { kind: 'device', id: 'device-001' } as const
    expect(hub.sessionList.clientIds({ holder }).toSorted()).toEqual(['device-001', 'device-001:away'])
    expect(hub.sessionList.clientIds({ holder, state: 'connected' })).toEqual(['device-001'])
    expect(hub.sessionList.clientIds({ holder, search: ':away' })).toEqual(['device-001:away'])
    expect(hub.sessionList.clientIds({ holder: { kind: 'service', id: 'device-001' } })).toEqual([])
  })

  test('leave out a connection that another has followed: it is on its way out', async () => {
    await using hub = await openBrokerScene()
    await hub.connect(DEVICE, { clientId: 'shared' })
    for (const follower of [DEVICE, GATEWAY]) {
      const { connection } = openConnection(follower.peer)
      hub.sessions.add(connection)
      hub.sessions.open(connection, createSession(follower, { clientId: 'shared' }))
      const { kind, id } = follower.identity
      expect(hub.sessionList.clientIds({ holder: { kind, id } })).toEqual(['shared'])
    }
    expect(hub.sessionList.clientIds({ holder: { kind: 'device', id: 'device-001' } })).toEqual([])
  })
})

describe('a session that is ended', () => {
  test('does not count as a connection that its device has lost', async () => {
    await using hub = await openBrokerScene({ flappingConnects: 1 })
    const { client } = await hub.connect(DEVICE)
    await hub.sessionList.disconnect('device-001')
    await client.closed
    expect((await hub.connect(DEVICE)).connack).toMatchObject({ returnCode: 0 })
  })

  test('has closed when that is said, and spares everybody else', async () => {
    await using hub = await openBrokerScene()
    const { incoming } = await hub.connect(DEVICE)
    await hub.connect(OTHER)
    await hub.sessionList.disconnect('device-001')
    expect(incoming.socket.closed).toBe(true)
    expect(hub.sessionList.clientIds({})).toEqual(['device-002'])
    expect(() => hub.sessionList.get('device-001')).toThrow(expect.objectContaining({ code: 'session_not_found' }))
    await expect(hub.sessionList.disconnect('device-001', 60)).rejects.toMatchObject({ code: 'session_not_found' })
    expect(hub.bans.list()).toEqual([])
  })
})

test('each session is listed once, by whether its client is connected and by a part of its id or its address', async () => {
  await using hub = await openBrokerScene()
  await hub.connect(DEVICE, { clientId: 'device-001:live', clean: false })
  const { client } = await hub.connect(DEVICE, { clientId: 'device-001:away', clean: false })
  client.send({ cmd: 'disconnect' })
  await client.closed
  await hub.event('device.disconnected')
  await hub.connect(OTHER)
  const listed = (query: Parameters<typeof hub.sessionList.clientIds>[0]) => hub.sessionList.clientIds(query).toSorted()
  expect(listed({})).toEqual(['device-001:away', 'device-001:live', 'device-002'])
  expect(listed({ state: 'connected' })).toEqual(['device-001:live', 'device-002'])
  expect(listed({ state: 'disconnected' })).toEqual(['device-001:away'])
  expect(listed({ search: 'way' })).toEqual(['device-001:away'])
  expect(listed({ search: 'way', state: 'connected' })).toEqual([])
  const { address } = hub.sessionList.get('device-002').connection ?? {}
  expect(listed({ search: String(address) })).toEqual(['device-001:live', 'device-002'])
})
