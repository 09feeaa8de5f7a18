import { expect, test } from 'vitest'
import type { Connection } from '../../src/broker/connection.ts'
import { Router } from '../../src/broker/delivery/router.ts'
import type { Session } from '../../src/broker/delivery/session.ts'
import { Presence } from '../../src/broker/presence.ts'
import { createParty, createSession, openConnection } from './parties.ts'

const CONNECTED = '$SYS/brokers/+/clients/+/connected'
const DISCONNECTED = '$SYS/brokers/+/clients/+/disconnected'

test('nobody is asked for while nobody subscribes to $SYS', () => {
  const presence = new Presence({
    router: { hasLevel: (level) => level !== '$SYS', planOnce: () => expect.unreachable() },
    clock: () => expect.unreachable(),
    limits: { sessionSeconds: 60 },
  })
  const connection = openOf('device-001')
  presence.arrive(connection)
  presence.leave(connection)
})

test('each that has come goes once, and those that never came do not go', () => {
  const scene = createScene(CONNECTED, DISCONNECTED)
  const connection = openOf('device-001')
  scene.presence.leave(connection)
  scene.presence.arrive(connection)
  scene.presence.leave(connection)
  scene.presence.leave(connection)
  expect(scene.told).toEqual(['device-001/connected', 'device-001/disconnected'])
})

test('the former connection of a client goes before the next one comes, and not again when it closes', () => {
  const scene = createScene(CONNECTED, DISCONNECTED)
  const [former, next] = [openOf('device-001'), openOf('device-001')]
  scene.presence.arrive(former)
  scene.presence.arrive(next)
  scene.presence.leave(former)
  scene.presence.leave(next)
  expect(scene.told).toEqual([
    'device-001/connected',
    'device-001/disconnected',
    'device-001/connected',
    'device-001/disconnected',
  ])
})

test('who subscribes to one of the two is told that alone', () => {
  const scene = createScene(DISCONNECTED)
  const connection = openOf('device-001')
  scene.presence.arrive(connection)
  scene.presence.leave(connection)
  expect(scene.told).toEqual(['device-001/disconnected'])
})

test('a connection that has said no CONNECT is nobody', () => {
  const scene = createScene(CONNECTED, DISCONNECTED)
  const { connection } = openConnection()
  scene.presence.arrive(connection)
  scene.presence.leave(connection)
  expect(scene.told).toEqual([])
})

function openOf(id: string): Connection {
  const party = createParty(id)
  const { connection } = openConnection(party.peer)
  connection.open(createSession(party))
  return connection
}

function createScene(...topicFilters: readonly string[]) {
  const told: string[] = []
  const router = new Router<Pick<Session, 'deliver'>>()
  const subscriber = { deliver: (topic: string) => void told.push(topic.split('/').slice(-2).join('/')) }
  for (const topicFilter of topicFilters) router.add(topicFilter, subscriber, 0)
  return { told, presence: new Presence({ router, clock: () => new Date(0), limits: { sessionSeconds: 60 } }) }
}
