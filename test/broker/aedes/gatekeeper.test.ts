import type { Client, PublishPacket } from 'aedes'
import { describe, expect, test } from 'vitest'
import { Gatekeeper } from '../../../src/broker/aedes/gatekeeper.ts'
import { NOT_READING } from '../../../src/broker/delivery/outbox.ts'
import { DomainError } from '../../../src/errors.ts'
import { createLogger } from '../../../src/logger.ts'
import { createAccessPolicy } from '../../../src/registry/access-policy.ts'
import { DEVICE_POLICY, type Policy } from '../../../src/registry/policy.ts'
import { LogSink } from '../../support/log-sink.ts'
import { createParty, createSession, openConnection } from '../parties.ts'
import { createRecorder } from '../recorder.ts'

const OWN = 'users/test-user/devices/device-001'
const EVERYTHING: Policy = {
  name: 'everything',
  rules: [{ effect: 'allow', actions: ['publish', 'subscribe'], topicFilter: '#' }],
  clientId: 'own',
}
const BROKER_TOPICS: Policy = {
  name: 'broker-topics',
  rules: [{ effect: 'allow', actions: ['publish', 'subscribe'], topicFilter: '$SYS/#' }],
  clientId: 'own',
}

describe('a publish', () => {
  for (const { name, topic, policies, denied } of [
    { name: 'ok/under the policy', topic: `${OWN}/telemetry`, denied: false },
    { name: 'denied/outside the policy', topic: 'users/test-user/devices/device-002/telemetry', denied: true },
    { name: 'denied/with a wildcard', topic: `${OWN}/+`, denied: true },
    { name: 'denied/with a NUL', topic: `${OWN}/\0`, denied: true },
    { name: 'denied/without a topic', topic: '', denied: true },
    { name: 'denied/on the broker’s topics', topic: '$SYS/a/new/clients', policies: [BROKER_TOPICS], denied: true },
    { name: 'denied/longer than a topic', topic: 'a'.repeat(65_536), policies: [EVERYTHING], denied: true },
  ]) {
    test(`${name}, closes nothing`, () => {
      const { gatekeeper, client, causes } = createScene(policies ? { policies } : {})
      const packet = publish(topic)
      expect(gatekeeper.judgePublish(client, packet)).toBeNull()
      expect(gatekeeper.isDenied(packet)).toBe(denied)
      expect(causes()).toEqual(denied ? ['publish_denied'] : [])
    })
  }

  test('that was denied is told with identity, client id and topic, and never its payload', () => {
    const { gatekeeper, client, refusals, log } = createScene()
    gatekeeper.judgePublish(client, publish('other'))
    expect(refusals).toEqual([
      {
        address: '192.0.2.1',
        surface: 'mqtts',
        cause: 'publish_denied',
        presented: { identity: 'device:device-001', clientId: 'device-001', topic: 'other' },
      },
    ])
    expect(log.text).not.toContain('secret')
  })

  test('of the same topic is judged for itself', () => {
    const { gatekeeper, client, setPolicies } = createScene()
    const packets = [publish(`${OWN}/a`), publish(`${OWN}/a`)] as const
    gatekeeper.judgePublish(client, packets[0])
    setPolicies([])
    gatekeeper.judgePublish(client, packets[1])
    expect(packets.map((packet) => gatekeeper.isDenied(packet))).toEqual([false, true])
  })
})

describe('a will', () => {
  test('under the policy is published', () => {
    const { gatekeeper, client } = createScene({ will: `${OWN}/will` })
    expect(gatekeeper.judgePublish(client, client.will)).toBeNull()
  })

  test('outside the policy is told at CONNECT, and is never published', () => {
    const { gatekeeper, client, causes } = createScene({ will: 'other/will' })
    gatekeeper.announceWill(client, 'other/will')
    expect(causes()).toEqual(['will_denied'])
    expect(gatekeeper.judgePublish(client, client.will)).toBeInstanceOf(Error)
    expect(causes()).toEqual(['will_denied'])
  })

  test('under the policy is announced without a word', () => {
    const { gatekeeper, client, causes } = createScene({ will: `${OWN}/will` })
    gatekeeper.announceWill(client, `${OWN}/will`)
    expect(causes()).toEqual([])
  })

  test('is judged by the policy that holds when the client is gone', () => {
    const { gatekeeper, client, setPolicies } = createScene({ will: `${OWN}/will` })
    setPolicies([])
    expect(gatekeeper.judgePublish(client, client.will)).toBeInstanceOf(Error)
  })

  test('of a banned device stays unsaid', () => {
    const { gatekeeper, client } = createScene({ will: `${OWN}/will`, isBanned: true })
    expect(gatekeeper.judgePublish(client, client.will)?.message).toBe('its holder is banned')
  })

  test('stays unsaid when the hub stops', () => {
    const { gatekeeper, client } = createScene({ will: `${OWN}/will` })
    gatekeeper.suppressWills()
    expect(gatekeeper.judgePublish(client, client.will)).toBeInstanceOf(Error)
    expect(gatekeeper.judgePublish(client, publish(`${OWN}/a`))).toBeNull()
  })
})

describe('a subscription', () => {
  for (const { topic, granted } of [
    { topic: `${OWN}/#`, granted: true },
    { topic: `${OWN}/rpc/response`, granted: true },
    { topic: '#', granted: false },
    { topic: 'users/+/devices/device-001/#', granted: false },
    { topic: `${OWN}/#/a`, granted: false },
    { topic: `$share/group/${OWN}/#`, granted: false },
    { topic: '$SYS/#', granted: false },
    { topic: '', granted: false },
  ]) {
    test(`to ${JSON.stringify(topic)} is ${granted ? 'granted' : 'refused'}`, () => {
      const { gatekeeper, client, causes } = createScene()
      const subscription = { topic, qos: 0 } as const
      expect(gatekeeper.maySubscribe(client, subscription)).toBe(granted)
      expect(gatekeeper.isGranted(subscription)).toBe(granted)
      expect(causes()).toEqual(granted ? [] : ['subscribe_denied'])
    })
  }

  test('that nobody has judged is not granted', () => {
    const { gatekeeper } = createScene()
    expect(gatekeeper.isGranted({ topic: `${OWN}/#`, qos: 0 })).toBe(false)
  })
})

describe('a delivery', () => {
  test('is made while the policy allows the topic, and is held back without a word when it does not', () => {
    const { gatekeeper, client, causes, setPolicies } = createScene()
    expect(gatekeeper.mayReceive(client, `${OWN}/commands`)).toBe(true)
    expect(gatekeeper.mayReceive(client, 'other')).toBe(false)
    setPolicies([])
    expect(gatekeeper.mayReceive(client, `${OWN}/commands`)).toBe(false)
    expect(causes()).toEqual([])
  })
})

describe('of a connection that was cut', () => {
  test('nothing is taken, granted, delivered, published as a will or told', async () => {
    const { gatekeeper, client, connection, causes } = createScene({ will: `${OWN}/will` })
    await connection.cut('certificate revoked: unspecified')
    expect(gatekeeper.served(client)).toBeUndefined()
    expect(gatekeeper.judgePublish(client, publish(`${OWN}/a`))).toBeInstanceOf(Error)
    expect(gatekeeper.judgePublish(client, client.will)).toBeInstanceOf(Error)
    expect(gatekeeper.maySubscribe(client, { topic: `${OWN}/#`, qos: 0 })).toBe(false)
    expect(gatekeeper.mayReceive(client, `${OWN}/a`)).toBe(false)
    gatekeeper.reportError(client, new Error('Invalid protocol'))
    gatekeeper.announceWill(client, 'other')
    expect(causes()).toEqual([])
  })
})

describe('a policy that cannot be read', () => {
  for (const { name, ask } of [
    {
      name: 'a publish, which is not acknowledged',
      ask: ({ gatekeeper, client }: Scene) => gatekeeper.judgePublish(client, publish(`${OWN}/a`)) instanceof Error,
    },
    {
      name: 'a subscription',
      ask: ({ gatekeeper, client }: Scene) => !gatekeeper.maySubscribe(client, { topic: `${OWN}/#`, qos: 0 }),
    },
    {
      name: 'a delivery',
      ask: ({ gatekeeper, client }: Scene) => !gatekeeper.mayReceive(client, `${OWN}/a`),
    },
    {
      name: 'a will',
      ask: ({ gatekeeper, client }: Scene) => gatekeeper.judgePublish(client, client.will) instanceof Error,
    },
  ]) {
    test(`refuses ${name}, cuts the connection and is logged, and the client is not told off for it`, () => {
      const scene = createScene({ will: `${OWN}/will` })
      scene.failToRead(new Error('the database is locked'))
      expect(ask(scene)).toBe(true)
      expect(scene.connection.cutReason).toBe('its policy could not be read')
      expect(scene.log.lines).toMatchObject([{ level: 'error', err: { message: 'the database is locked' } }])
      expect(scene.causes()).toEqual([])
    })
  }
})

test('nobody publishes in the broker’s name', () => {
  const { gatekeeper } = createScene()
  expect(gatekeeper.judgePublish(null, publish(`${OWN}/a`))).toBeInstanceOf(Error)
})

test('a client whose connection was never admitted is served nothing', () => {
  const { gatekeeper } = createScene()
  const { connection } = openConnection()
  expect(gatekeeper.served(clientOf(connection.socket))).toBeUndefined()
})

const OUTAGE = new DomainError('file_unreachable', 'mqtt.db is locked')

describe('an error of a client', () => {
  for (const { name, error, causes } of [
    { name: 'told/against the protocol', error: new Error('Invalid protocol'), causes: ['packet_invalid'] },
    { name: 'told/of the store', error: OUTAGE, causes: ['storage_unavailable'] },
    {
      name: 'told/of a session that the store did not take',
      error: Object.assign(new Error('the session could not be stored', { cause: OUTAGE }), { code: 3 }),
      causes: ['storage_unavailable'],
    },
    { name: 'not told/of the network', error: Object.assign(new Error('read'), { code: 'ECONNRESET' }), causes: [] },
    { name: 'not told/of silence', error: new Error('keep alive timeout'), causes: [] },
    { name: 'not told/of slowness', error: new Error('drain timeout'), causes: [] },
    { name: 'not told/of a client that is gone', error: new Error('connection closed'), causes: [] },
  ]) {
    test(name, () => {
      const scene = createScene()
      scene.gatekeeper.reportError(scene.client, error)
      expect(scene.causes()).toEqual(causes)
    })
  }

  test('is told with its words', () => {
    const { gatekeeper, client, refusals } = createScene()
    gatekeeper.reportError(client, new Error('Invalid protocol'))
    expect(refusals[0]?.presented).toMatchObject({ identity: 'device:device-001', error: 'Invalid protocol' })
  })
})

test('a client that does not read is told of in the log, and is no offender', () => {
  const { gatekeeper, client, connection, causes, log } = createScene()
  for (const message of [NOT_READING, 'drain timeout']) gatekeeper.reportError(client, new Error(message))
  const told = { level: 'warn', msg: 'Slow consumer closed', deviceId: 'device-001', clientId: 'device-001' }
  expect(log.lines).toMatchObject([told, told])
  expect(causes()).toEqual([])
  expect(connection.disconnectReason).toBe('not_reading')
})

describe('a frame that violates', () => {
  test('is told with who sent it', () => {
    const { gatekeeper, connection, refusals } = createScene()
    gatekeeper.reportFrame(connection, 'packet_too_large')
    expect(refusals).toMatchObject([{ cause: 'packet_too_large', presented: { identity: 'device:device-001' } }])
  })
})

type Scene = ReturnType<typeof createScene>

interface SceneOptions {
  readonly policies?: readonly Policy[]
  readonly will?: string
  readonly isBanned?: boolean
}

function createScene({ policies = [DEVICE_POLICY], will = '', isBanned = false }: SceneOptions = {}) {
  const party = createParty('device-001')
  const { connection } = openConnection(party.peer)
  connection.open(createSession(party))
  const recorder = createRecorder()
  const log = new LogSink()
  let attached = policies
  let failure: Error | undefined
  const gatekeeper = new Gatekeeper({
    access: {
      policyOf(identity) {
        if (failure) throw failure
        return createAccessPolicy(identity, attached)
      },
    },
    recordRefusal: recorder.recordRefusal,
    reports: { reached: () => undefined },
    bans: { forbidsWill: () => isBanned },
    logger: createLogger({ level: 'debug', format: 'json', stream: log }),
  })
  gatekeeper.admit(connection)
  return {
    gatekeeper,
    connection,
    client: clientOf(connection.socket, publish(will)),
    refusals: recorder.refusals,
    causes: () => recorder.causes,
    log,
    setPolicies(now: readonly Policy[]) {
      attached = now
    },
    failToRead(error: Error) {
      failure = error
    },
  }
}

/** What the gatekeeper sees of Aedes' client. */
function clientOf(conn: unknown, will = publish('')): Client & { readonly will: PublishPacket } {
  return { conn, will } as Client & { readonly will: PublishPacket }
}

function publish(topic: string): PublishPacket {
  return { cmd: 'publish', topic, payload: Buffer.from('secret'), qos: 1, retain: false, dup: false }
}
