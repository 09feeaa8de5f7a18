import { describe, expect, test } from 'vitest'
import type { ConfigInput } from '../../src/config.ts'
import type { HubEvents } from '../../src/events.ts'
import { createApiToken } from '../support/administrators.ts'
import { connectPacket, openRawClient, PROXY, type RawClient } from '../support/raw-client.ts'
import { createSigningRequest } from '../support/signing-request.ts'
import { type Credentials, type Enrolled, startTestHub, type TestHub } from '../support/test-hub.ts'

type Suspicion = HubEvents['identity.compromise_suspected']

const RENEW = '/api/devices/self/certificate/renew'
const [HOME, THIEF] = ['192.0.2.7', '198.51.100.9']

async function startWatchedHub(compromise: NonNullable<ConfigInput>['compromise'] = {}) {
  const hub = await startTestHub({ settings: { compromise, server: { proxy_protocol_from: [PROXY] } } })
  const suspicions: Suspicion[] = []
  hub.hub.events.subscribe('identity.compromise_suspected', (suspicion) => void suspicions.push(suspicion))
  return Object.assign(hub, { suspicions })
}

/** Connects under the same client id from each address in turn, as two do who hold one key. */
async function connectFrom(hub: TestHub, device: Enrolled, addresses: readonly string[]): Promise<RawClient[]> {
  const clients: RawClient[] = []
  for (const proxiedFrom of addresses) {
    const client = await openRawClient(hub, device, { proxiedFrom })
    clients.push(client)
    client.send(connectPacket({ clientId: device.id }))
    await client.next('connack')
  }
  return clients
}

function take(hub: TestHub, device: Enrolled, turns: number): Promise<RawClient[]> {
  return connectFrom(
    hub,
    device,
    Array.from({ length: turns }, (_, turn) => (turn % 2 === 0 ? HOME : THIEF)),
  )
}

async function stateOf(hub: TestHub, id: string): Promise<string> {
  return (await hub.api('GET', `/api/devices/${id}`)).json().state
}

async function certificateOf(hub: TestHub, id: string) {
  const [newest] = (await hub.api('GET', `/api/devices/certificates/${id}?include=detail`)).json().certificates
  return newest
}

/** What the hub has done by itself. */
async function auditOf(hub: TestHub): Promise<readonly string[]> {
  const { items } = (await hub.api('GET', '/api/audit?q=compromise')).json()
  return items.map(({ actor, action, object }: Record<string, string>) => `${actor} ${action} ${object}`)
}

describe('one certificate in two places', () => {
  test('is told, with what was seen, and stands in the diary; nothing else is done', async () => {
    await using hub = await startWatchedHub()
    const device = await hub.enrol('pump')
    const clients = await take(hub, device, 5)
    expect(hub.suspicions).toEqual([
      {
        kind: 'device',
        id: 'pump',
        sign: 'two_addresses',
        action: 'told',
        evidence: { fingerprint: device.fingerprint, networks: '192.0.2.0/24, 198.51.100.0/24', returns: 3 },
      },
    ])
    expect(clients.at(-1)?.socket.destroyed).toBe(false)
    expect(await stateOf(hub, 'pump')).toBe('active')
    const diary = (await hub.api('GET', '/api/devices/pump/diary')).json().items
    const entry = diary.find(({ event }: { readonly event: string }) => event === 'compromise_suspected')
    expect(entry.reason).toContain('two_addresses, told')
    expect(entry.reason).toContain('192.0.2.0/24, 198.51.100.0/24')
    expect(hub.log.text).toContain('A key may be in two hands')
    const lines = (await hub.api('GET', '/metrics')).text.split('\n')
    expect(lines).toContain('signet_compromise_findings_total{sign="two_addresses",action="told"} 1')
    expect(lines).toContain('signet_compromise_findings_total{sign="two_addresses",action="revoked"} 0')
    for (const client of clients) client[Symbol.dispose]()
  })

  test('suspends the device by policy, in the tick in which it is noticed', async () => {
    await using hub = await startWatchedHub({ two_addresses: 'suspend' })
    const device = await hub.enrol('pump')
    const clients = await take(hub, device, 5)
    expect(hub.suspicions.map(({ action }) => action)).toEqual(['suspended'])
    expect(await stateOf(hub, 'pump')).toBe('suspended')
    expect(await auditOf(hub)).toEqual(['hub compromise.suspend device pump two_addresses'])
    await Promise.all(clients.map(({ closed }) => closed))
    // The last was cut before it was served.
    expect(clients.at(-1)?.received).toEqual([])
  })

  test('revokes by policy what the device has, for keyCompromise, its tokens too', async () => {
    await using hub = await startWatchedHub({ two_addresses: 'revoke' })
    const device = await hub.enrol('pump')
    await hub.api('POST', '/api/devices/pump/tokens', { body: {} })
    const clients = await take(hub, device, 5)
    await Promise.all(clients.map(({ closed }) => closed))
    expect(hub.suspicions.map(({ action }) => action)).toEqual(['revoked'])
    expect(await certificateOf(hub, 'pump')).toMatchObject({ revocationReason: 'keyCompromise' })
    expect(await auditOf(hub)).toEqual(['hub compromise.revoke device pump two_addresses'])
    const [token] = (await hub.api('GET', '/api/devices/pump/tokens')).json().items
    expect(token.revokedAt).not.toBeNull()
  })

  for (const { name, settings, addresses, policies } of [
    { name: 'who moves, and comes home once', addresses: [HOME, THIEF, THIEF, HOME] },
    {
      name: 'a network of many addresses',
      addresses: ['192.0.2.1', '192.0.2.2', '192.0.2.1', '192.0.2.2', '192.0.2.1'],
    },
    { name: 'addresses that are to be ignored', settings: { ignore: ['198.51.100.0/24'] } },
    { name: 'addresses of this machine', addresses: ['127.0.0.8', HOME, '127.0.0.8', HOME, '127.0.0.8', HOME] },
    { name: 'who may use any client id', policies: ['gateway'] },
  ] satisfies readonly {
    readonly name: string
    readonly settings?: NonNullable<ConfigInput>['compromise']
    readonly addresses?: readonly string[]
    readonly policies?: readonly string[]
  }[]) {
    test(`is not suspected of ${name}`, async () => {
      await using hub = await startWatchedHub({ two_addresses: 'revoke', ...settings })
      await hub.api('PUT', '/api/policies/gateway', { body: { rules: [], clientId: 'any' } })
      const device = await hub.enrol('pump')
      await hub.api('PATCH', '/api/devices/pump', { body: { policies: policies ?? [] } })
      const clients = await connectFrom(hub, device, addresses ?? [HOME, THIEF, HOME, THIEF, HOME, THIEF])
      expect(clients.map(({ received }) => received[0])).toMatchObject(clients.map(() => ({ returnCode: 0 })))
      expect(hub.suspicions).toEqual([])
      for (const client of clients) client[Symbol.dispose]()
    })
  }

  test('a new policy holds at once, and takes no more than it may in an hour', async () => {
    await using hub = await startWatchedHub()
    const settings = {
      compromise: { two_addresses: 'suspend', acts_per_hour: 1 },
      server: { proxy_protocol_from: [PROXY] },
    }
    expect((await hub.reload(settings as ConfigInput)).json().applied).toEqual([
      'compromise.two_addresses',
      'compromise.acts_per_hour',
    ])
    for (const id of ['one', 'two']) await take(hub, await hub.enrol(id), 5)
    expect(hub.suspicions.map(({ id, action }) => `${id} ${action}`)).toEqual(['one suspended', 'two told'])
  })
})

describe('a key that is used again', () => {
  test('tells of who asks and of whose key it is; the one that showed its certificate is acted on alone', async () => {
    await using hub = await startWatchedHub({ key_reuse: 'suspend' })
    const [honest, thief] = [await hub.enrol('honest'), await hub.enrol('thief')]
    hub.clock.advance(300 * 86_400_000)
    // As easily made from a copy of the request that `honest` once sent.
    const { csr } = await createSigningRequest('thief', honest.key)
    const answer = await hub.api('POST', RENEW, { credentials: thief, token: null, body: { csr } })
    expect(answer).toMatchObject({ status: 409 })
    expect(answer.json()).toMatchObject({ code: 'key_in_use', keyOf: honest.fingerprint })
    expect(hub.suspicions.map(({ id, sign, action }) => [id, sign, action])).toEqual([
      ['thief', 'key_reuse', 'suspended'],
      ['honest', 'key_reuse', 'told'],
    ])
    expect([await stateOf(hub, 'thief'), await stateOf(hub, 'honest')]).toEqual(['suspended', 'active'])
  })

  test('that an operator sends is told, and costs neither device anything', async () => {
    await using hub = await startWatchedHub({ key_reuse: 'revoke' })
    const honest = await hub.enrol('honest')
    await hub.enrol('other')
    const { csr } = await createSigningRequest('other', honest.key)
    const sent = await hub.api('POST', '/api/devices/other/certificates/csr', { body: { csr } })
    expect(sent.json()).toMatchObject({ code: 'key_in_use' })
    expect(hub.suspicions.map(({ id, action }) => `${id} ${action}`)).toEqual(['other told', 'honest told'])
    expect(await certificateOf(hub, 'honest')).toMatchObject({ revokedAt: null })
  })
})

describe('a burst of refusals', () => {
  const GUESS = { username: 'pump', password: Buffer.from('a guess') }
  const STRICT = { refusals: 3, refusal_burst: 'suspend' } as const

  async function refuse(hub: TestHub, credentials: Partial<Credentials>, clientId: string, times = 4): Promise<void> {
    for (let time = 0; time < times; time++) {
      using client = await openRawClient(hub, credentials, { proxiedFrom: THIEF })
      client.send(connectPacket({ clientId, ...(credentials.cert ? {} : GUESS) }))
      await client.closed
    }
  }

  test('of who holds the key and strays is acted on by policy', async () => {
    await using hub = await startWatchedHub(STRICT)
    await refuse(hub, await hub.enrol('pump'), 'other')
    expect(hub.suspicions).toMatchObject([
      { id: 'pump', sign: 'refusal_burst', action: 'suspended', evidence: { cause: 'client_id_wrong', refusals: 3 } },
    ])
    expect(await stateOf(hub, 'pump')).toBe('suspended')
  })

  test('of who strays among topics is noticed too, and cut with its session', async () => {
    await using hub = await startWatchedHub(STRICT)
    const device = await hub.enrol('pump')
    const client = await openRawClient(hub, device, { proxiedFrom: THIEF })
    client.send(connectPacket({ clientId: 'pump' }))
    await client.next('connack')
    for (const messageId of [1, 2, 3]) {
      client.send({ cmd: 'subscribe', messageId, subscriptions: [{ topic: `users/u${messageId}/#`, qos: 0 }] })
    }
    await client.closed
    expect(hub.suspicions.map(({ action }) => action)).toEqual(['suspended'])
  })

  test('of a stranger who knows the name alone costs the device nothing', async () => {
    await using hub = await startWatchedHub(STRICT)
    const [device, stranger] = [await hub.enrol('pump'), await hub.enrol('stranger')]
    const alike = await createStrangersCertificate('pump')
    await refuse(hub, alike, 'pump', 6)
    await refuse(hub, {}, 'pump', 6)
    await hub.api('DELETE', '/api/devices/certificates/stranger')
    await refuse(hub, stranger, 'pump', 6)
    // What is said of a device is not its own word, whoever says it.
    const { token } = await createApiToken(hub, 'emqx', { role: 'validator' })
    for (let time = 0; time < 6; time++) {
      const body = { clientid: 'elsewhere', cert_pem: device.cert, cert_common_name: 'pump' }
      await hub.api('POST', '/api/devices/certificates/validate', { token, body })
    }
    expect(hub.suspicions.filter(({ id }) => id === 'pump')).toEqual([])
    expect(await stateOf(hub, 'pump')).toBe('active')
  })

  test('of who holds a revoked key is told, and costs the device nothing that it has now', async () => {
    await using hub = await startWatchedHub(STRICT)
    const stolen = await hub.enrol('pump')
    await hub.enrol('pump', { onExisting: 'replace' })
    await refuse(hub, stolen, 'pump')
    expect(hub.suspicions).toMatchObject([{ id: 'pump', sign: 'refusal_burst', action: 'told' }])
    expect(await stateOf(hub, 'pump')).toBe('active')
    // Nor does it tell the same again and again.
    await refuse(hub, stolen, 'pump')
    expect(hub.suspicions).toHaveLength(1)
    hub.clock.advance(3_600_001)
    await refuse(hub, stolen, 'pump')
    expect(hub.suspicions).toHaveLength(2)
  })
})

/** The right name, from another CA. */
async function createStrangersCertificate(name: string): Promise<Credentials> {
  await using elsewhere = await startTestHub()
  return await elsewhere.enrol(name)
}
