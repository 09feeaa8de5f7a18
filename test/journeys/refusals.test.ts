import { X509Certificate } from 'node:crypto'
import type { SecureVersion } from 'node:tls'
import type { IConnectPacket } from 'mqtt-packet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CertificateMaker, createForeignCa, openHubCa, SERVER_AUTH } from '../support/certificate-maker.ts'
import { connectPacket, openRawClient } from '../support/raw-client.ts'
import { type Credentials, type Enrolled, startTestHub, type TestHub } from '../support/test-hub.ts'

const DAY_MS = 86_400_000

interface Refused {
  readonly name: string
  /** Who comes, from a hub of its own in which `device-001` is enrolled. */
  readonly arrange: (scene: Scene) => Promise<Partial<Credentials>> | Partial<Credentials>
  readonly connect?: Partial<IConnectPacket>
  readonly returnCode: number
  readonly cause: string
}

interface Scene {
  readonly hub: TestHub
  readonly device: Enrolled
  readonly hubCa: CertificateMaker
}

const REFUSED: readonly Refused[] = [
  { name: 'no certificate', arrange: () => ({}), returnCode: 5, cause: 'certificate_missing' },
  {
    name: 'a certificate of another CA with the same CN',
    arrange: async () => (await createForeignCa('CN=Somebody Else')).make({ commonNames: ['device-001'] }),
    returnCode: 5,
    cause: 'issuer_unknown',
  },
  {
    name: 'a certificate of another CA without a subject',
    arrange: async () => (await createForeignCa('CN=Somebody Else')).make({ commonNames: [] }),
    returnCode: 5,
    cause: 'issuer_unknown',
  },
  {
    name: 'a certificate of another CA with a date that is none',
    arrange: async () =>
      garbleNotBefore(await (await createForeignCa('CN=Somebody Else')).make({ commonNames: ['device-001'] })),
    returnCode: 5,
    cause: 'chain_invalid',
  },
  {
    name: 'a forgery: signed by a stranger under the name of our CA',
    arrange: async ({ hub }) => forger(hub).then((ca) => ca.make({ commonNames: ['device-001'] })),
    returnCode: 5,
    cause: 'certificate_signature_invalid',
  },
  {
    name: 'an expired forgery, of which OpenSSL says only that it has expired',
    arrange: async ({ hub }) =>
      forger(hub).then((ca) =>
        ca.make({ commonNames: ['device-001'], notBefore: daysFromNow(-9), notAfter: daysFromNow(-2) }),
      ),
    returnCode: 5,
    cause: 'certificate_signature_invalid',
  },
  {
    name: 'an expired certificate',
    arrange: ({ hub, hubCa }) => registered(hub, hubCa, { notBefore: daysFromNow(-9), notAfter: daysFromNow(-2) }),
    returnCode: 5,
    cause: 'certificate_expired',
  },
  {
    name: 'a certificate that has expired by the clock of the hub alone',
    arrange: ({ hub, device }) => {
      hub.clock.advance(366 * DAY_MS)
      return device
    },
    returnCode: 5,
    cause: 'certificate_expired',
  },
  {
    name: 'a certificate that is not yet valid',
    arrange: ({ hub, hubCa }) => registered(hub, hubCa, { notBefore: daysFromNow(2), notAfter: daysFromNow(9) }),
    returnCode: 5,
    cause: 'certificate_not_yet_valid',
  },
  {
    name: 'a server certificate used as a client',
    arrange: ({ hub, hubCa }) => registered(hub, hubCa, { purposes: [SERVER_AUTH] }),
    returnCode: 5,
    cause: 'purpose_wrong',
  },
  {
    name: 'a revoked certificate',
    arrange: async ({ hub, device }) => {
      await hub.api('DELETE', '/api/devices/certificates/device-001')
      return device
    },
    returnCode: 5,
    cause: 'certificate_revoked',
  },
  {
    name: 'a certificate that our CA signed and the registry does not know',
    arrange: ({ hubCa }) => hubCa.make({ commonNames: ['device-001'] }),
    returnCode: 5,
    cause: 'certificate_unknown',
  },
  {
    name: 'a suspended device',
    arrange: async ({ hub, device }) => {
      await hub.api('PATCH', '/api/devices/device-001', { body: { state: 'suspended' } })
      return device
    },
    returnCode: 5,
    cause: 'identity_suspended',
  },
  {
    name: 'a certificate with two CNs',
    arrange: ({ hub, hubCa }) => registered(hub, hubCa, { commonNames: ['device-001', 'device-001'] }),
    returnCode: 5,
    cause: 'common_name_wrong',
  },
  ...['device-001+', 'device-001#', 'a/device-001', 'device-001\0', '\0device-001', 'device-001\nCN=device-001'].map(
    (commonName) => ({
      name: `the CN ${JSON.stringify(commonName)}`,
      arrange: ({ hub, hubCa }: Scene) => registered(hub, hubCa, { commonNames: [commonName] }),
      returnCode: 5,
      cause: 'common_name_wrong',
    }),
  ),
  {
    name: 'an empty client id with clean session 0',
    arrange: ({ device }) => device,
    connect: { clientId: '', clean: false },
    returnCode: 2,
    cause: 'client_id_missing',
  },
  {
    name: "a client id that is nobody's",
    arrange: ({ device }) => device,
    connect: { clientId: 'somebody' },
    returnCode: 2,
    cause: 'client_id_wrong',
  },
]

describe.each<SecureVersion>(['TLSv1.2', 'TLSv1.3'])('over %s', (version) => {
  test.each(REFUSED)('refused/$name', async ({ arrange, connect, returnCode, cause }) => {
    await using hub = await startTestHub()
    const device = await hub.enrol('device-001')
    const credentials = await arrange({ hub, device, hubCa: await openHubCa(hub) })
    const connected: string[] = []
    using _ = hub.hub.events.subscribe('device.connected', ({ clientId }) => connected.push(clientId))

    using client = await openRawClient(hub, credentials, { version })
    client.send(connectPacket({ clientId: 'device-001', ...connect }))

    expect(await client.next('connack')).toMatchObject({ returnCode, sessionPresent: false })
    await client.closed
    expect(await hub.refusals()).toMatchObject([
      { surface: 'mqtts', cause, count: 1, mend: expect.stringMatching(/\w{3}/) },
    ])
    expect(connected).toEqual([])
  })

  test('ok/a registered device, with its own id, a suffix, or none', async () => {
    await using hub = await startTestHub()
    const device = await hub.enrol('device-001')
    for (const clientId of ['device-001', 'device-001:ota', '']) {
      using client = await openRawClient(hub, device, { version })
      client.send(connectPacket({ clientId }))
      expect(await client.next('connack')).toMatchObject({ returnCode: 0 })
    }
    expect(await hub.refusals()).toEqual([])
  })
})

describe("another device's client id", () => {
  let hub: TestHub
  let intruder: Enrolled
  let gateway: Enrolled
  let owner: Enrolled

  beforeAll(async () => {
    hub = await startTestHub()
    owner = await hub.enrol('device-001')
    intruder = await hub.enrol('device-002')
    gateway = await hub.enrol('gateway-1')
    await hub.api('PUT', '/api/policies/any-client', {
      body: {
        clientId: 'any',
        rules: [{ effect: 'allow', actions: ['publish', 'subscribe'], topicFilter: 'gateways/{device}/#' }],
      },
    })
    await hub.api('PATCH', '/api/devices/gateway-1', { body: { policies: ['any-client'] } })
  })
  afterAll(() => hub[Symbol.asyncDispose]())

  test.each([
    { name: 'by another device', credentials: () => intruder, clientId: 'device-001' },
    { name: 'by a device that may use any client id', credentials: () => gateway, clientId: 'device-001' },
    {
      name: 'with a suffix, by a device that may use any client id',
      credentials: () => gateway,
      clientId: 'device-001:ota',
    },
  ])('refused/$name, and the real one stays connected', async ({ credentials, clientId }) => {
    using real = await openRawClient(hub, owner)
    real.send(connectPacket({ clientId }))
    expect(await real.next('connack')).toMatchObject({ returnCode: 0 })

    using other = await openRawClient(hub, credentials())
    other.send(connectPacket({ clientId }))
    expect(await other.next('connack')).toMatchObject({ returnCode: 2 })

    real.send({ cmd: 'pingreq' })
    expect(await real.next('pingresp')).toBeDefined()
  })

  test("ok/a device that may use any client id uses one that is nobody's", async () => {
    using client = await openRawClient(hub, gateway)
    client.send(connectPacket({ clientId: 'north-wing' }))
    expect(await client.next('connack')).toMatchObject({ returnCode: 0 })
  })

  test('refused/a free client id that another identity holds, live or stored', async () => {
    const other = await hub.enrol('gateway-2')
    await hub.api('PATCH', '/api/devices/gateway-2', { body: { policies: ['any-client'] } })
    using first = await openRawClient(hub, gateway)
    first.send(connectPacket({ clientId: 'south-wing', clean: false }))
    await first.next('connack')
    using whileLive = await openRawClient(hub, other)
    whileLive.send(connectPacket({ clientId: 'south-wing' }))
    expect(await whileLive.next('connack')).toMatchObject({ returnCode: 2 })

    first.send({ cmd: 'disconnect' })
    await first.closed
    using whileStored = await openRawClient(hub, other)
    whileStored.send(connectPacket({ clientId: 'south-wing' }))
    expect(await whileStored.next('connack')).toMatchObject({ returnCode: 2 })
  })
})

describe('a TLS session resumed after revocation', () => {
  test.each([
    { resumption: false, version: 'TLSv1.2' },
    { resumption: true, version: 'TLSv1.2' },
    { resumption: false, version: 'TLSv1.3' },
    { resumption: true, version: 'TLSv1.3' },
  ] as const)('is refused over $version with session_resumption $resumption', async ({ resumption, version }) => {
    await using hub = await startTestHub({ settings: { tls: { session_resumption: resumption } } })
    const device = await hub.enrol('device-001')
    using first = await openRawClient(hub, device, { version })
    const ticket = new Promise<Buffer>((resolve) => first.socket.once('session', resolve))
    first.send(connectPacket({ clientId: 'device-001' }))
    await first.next('connack')
    const session = version === 'TLSv1.3' ? await ticket : (first.socket.getSession() ?? Buffer.alloc(0))
    await hub.api('DELETE', '/api/devices/certificates/device-001')

    using second = await openRawClient(hub, device, { version, session })
    second.send(connectPacket({ clientId: 'device-001' }))
    expect(await second.next('connack')).toMatchObject({ returnCode: 5 })
    expect(second.socket.isSessionReused()).toBe(resumption)
    expect(await hub.refusals()).toMatchObject([{ cause: 'certificate_revoked' }])
  })

  test('does not let in who has the session but not the key', async () => {
    await using hub = await startTestHub({ settings: { tls: { session_resumption: true } } })
    using stranger = await openRawClient(hub, {})
    const ticket = await new Promise<Buffer>((resolve) => stranger.socket.once('session', resolve))
    using again = await openRawClient(hub, {}, { session: ticket })
    again.send(connectPacket({ clientId: 'device-001' }))
    expect(await again.next('connack')).toMatchObject({ returnCode: 5 })
  })
})

test('an MQTT 5 client is refused in a form it understands, and the operator is told what to set', async () => {
  await using hub = await startTestHub()
  const device = await hub.enrol('device-001')
  await expect(hub.connect(device, { protocolVersion: 5, clientId: 'device-001' })).rejects.toMatchObject({
    code: 0x84,
  })
  expect(await hub.refusals()).toMatchObject([
    {
      cause: 'protocol_version_unsupported',
      mend: expect.stringContaining('3.1.1'),
      presented: { subject: 'CN=device-001' },
    },
  ])
})

/** RFC 5280 §4.1.2.5.1: a UTCTime of 13 octets, here of the thirteenth month; the signature is a stranger's either way. */
function garbleNotBefore({ cert, key }: Credentials): Credentials {
  const der = new X509Certificate(cert).raw
  const month = der.indexOf(Buffer.from([0x17, 13])) + 4
  der.write('13', month, 'latin1')
  return { cert: new X509Certificate(der).toString(), key }
}

function forger(hub: TestHub): Promise<CertificateMaker> {
  return createForeignCa(new X509Certificate(hub.ca).subject)
}

interface Made {
  readonly commonNames?: readonly string[]
  readonly notBefore?: Date
  readonly notAfter?: Date
  readonly purposes?: readonly string[]
}

/** Signed by our own CA and known to the registry as device-001's, so that only what is wrong with it can refuse it. */
async function registered(hub: TestHub, hubCa: CertificateMaker, made: Made): Promise<Credentials> {
  const credentials = await hubCa.make({ commonNames: ['device-001'], ...made })
  hub.register(credentials.cert, 'device-001')
  return credentials
}

function daysFromNow(days: number): Date {
  return new Date(Date.now() + days * DAY_MS)
}
