import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { duplexPair } from 'node:stream'
import { connect as connectTls, type SecureVersion } from 'node:tls'
import { beforeAll, describe, expect, test } from 'vitest'
import { readServerIdentity, ServedCertificate } from '../../src/ca/served-certificate.ts'
import { ClientTrust } from '../../src/edge/client-trust.ts'
import type { Entrant } from '../../src/edge/entrance.ts'
import { createSecureServer, type SecureConnection, type SecureServerOptions } from '../../src/edge/secure-server.ts'
import {
  type CertificateMaker,
  type CertificateRequest,
  createForeignCa,
  SERVER_AUTH,
} from '../support/certificate-maker.ts'
import { closing } from '../support/socket-closing.ts'
import {
  beginHandshake,
  createDoorway,
  createPki,
  LOOPBACK,
  openPort,
  type Pki,
  shakeHands,
  TLS_VERSIONS,
} from './tls-scene.ts'

const DAY_MS = 86_400_000
/** Not the one the socket shows: a proxy may stand between. */
const ADDRESS = '198.51.100.7'

let pki: Pki
let others: CertificateMaker
let forger: CertificateMaker
beforeAll(async () => {
  pki = await createPki()
  others = await createForeignCa('CN=Somebody Else')
  forger = await createForeignCa('CN=Signet CA')
})

describe.each(TLS_VERSIONS)('a handshake over %s', (version) => {
  test('without a certificate is finished, and the peer is nobody', async () => {
    await using server = await openServer()
    const client = await shakeHands(server.port, pki, {}, { version })
    const { peer, address } = await server.connection
    expect([client.getProtocol(), peer, address]).toEqual([version, {}, ADDRESS])
    expect(server.refusals).toEqual([])
  })

  const past = { notBefore: daysFromNow(-9), notAfter: daysFromNow(-2) }
  for (const { name, from, request, expected } of [
    { name: 'of our CA', from: () => pki.ca, expected: 'trusted' },
    { name: 'of our CA that has expired', from: () => pki.ca, request: past, expected: 'trusted' },
    {
      name: 'of our CA that is not yet valid',
      from: () => pki.ca,
      request: { notBefore: daysFromNow(2), notAfter: daysFromNow(9) },
      expected: 'trusted',
    },
    {
      name: 'of our CA that was made for a server',
      from: () => pki.ca,
      request: { purposes: [SERVER_AUTH] },
      expected: 'purpose_wrong',
    },
    {
      name: 'of our CA that was made for a server and has expired',
      from: () => pki.ca,
      request: { ...past, purposes: [SERVER_AUTH] },
      expected: 'purpose_wrong',
    },
    { name: 'of another CA', from: () => others, expected: 'issuer_unknown' },
    { name: 'of another CA that has expired', from: () => others, request: past, expected: 'issuer_unknown' },
    { name: 'forged under our CA’s name', from: () => forger, expected: 'signature_invalid' },
    {
      name: 'forged under our CA’s name that has expired',
      from: () => forger,
      request: past,
      expected: 'signature_invalid',
    },
    { name: 'of a CA below ours', from: () => pki.ca, request: { isCa: true }, expected: 'trusted' },
  ] satisfies readonly {
    readonly name: string
    readonly from: () => CertificateMaker
    readonly request?: Partial<CertificateRequest>
    readonly expected: string
  }[]) {
    test(`with a certificate ${name} is finished, and its chain is ${expected}`, async () => {
      await using server = await openServer()
      const credentials = await from().make({ commonNames: ['device-001'], ...request })
      await shakeHands(server.port, pki, credentials, { version })
      const { peer } = await server.connection
      expect(peer).toMatchObject({ certificate: { commonNames: ['device-001'] }, chain: expected })
      expect(server.refusals).toEqual([])
    })
  }

  test('is not resumed', async () => {
    await using server = await openServer()
    expect(await isResumed(server, version)).toBe(false)
  })

  test('is resumed with the same peer, when that is allowed', async () => {
    await using server = await openServer({ sessionResumption: true })
    expect(await isResumed(server, version)).toBe(true)
    const peers = server.connections.map(({ peer }) => peer)
    expect(peers).toMatchObject([
      { certificate: { commonNames: ['device-001'] }, chain: 'trusted' },
      { certificate: { commonNames: ['device-001'] }, chain: 'trusted' },
    ])
  })

  test('is not resumed by another server, as a new certificate makes one', async () => {
    await using first = await openServer({ sessionResumption: true })
    const session = await takeTicket(first.port, version)
    expect(session?.length).toBeGreaterThan(0)
    const { cert, key } = await pki.ca.make({ commonNames: ['localhost'], purposes: [SERVER_AUTH] })
    await using second = await openServer({
      sessionResumption: true,
      served: new ServedCertificate(readServerIdentity({ keyPem: key, certificatePem: cert })),
    })
    const client = await shakeHands(second.port, pki, {}, { version, ...(session ? { session } : {}) })
    expect(client.isSessionReused()).toBe(false)
    client.destroy()
  })

  test('without a certificate that is resumed stays nobody’s', async () => {
    await using server = await openServer({ sessionResumption: true })
    expect(await isResumed(server, version, {})).toBe(true)
    expect(server.connections.map(({ peer }) => peer)).toEqual([{}, {}])
  })
})

describe('another certificate', () => {
  for (const version of TLS_VERSIONS) {
    test(`is shown to the next peer over ${version}, while connections stay and are still judged alike`, async () => {
      const own = await createPki()
      const { served } = own.server
      const first = served.identity.certificate.fingerprint256
      await using server = await openServer({ served, clientTrust: new ClientTrust(own.clientCa) })
      const credentials = await own.ca.make({ commonNames: ['device-001'] })
      const before = await shakeHands(server.port, own, credentials, { version })
      await server.connectedSoMany(1)
      const { cert, key } = await own.ca.make({ commonNames: ['localhost'], purposes: [SERVER_AUTH] })
      served.exchange(readServerIdentity({ keyPem: key, certificatePem: cert }))
      const after = await shakeHands(server.port, own, credentials, { version })
      await server.connectedSoMany(2)
      expect(before.getPeerX509Certificate()?.fingerprint256).toBe(first)
      expect(after.getPeerX509Certificate()?.fingerprint256).toBe(served.identity.certificate.fingerprint256)
      expect(server.connections.map(({ peer }) => peer)).toMatchObject([{ chain: 'trusted' }, { chain: 'trusted' }])
      const [old] = server.connections
      const heard = once(before, 'data')
      old?.socket.write('still here')
      expect(String((await heard)[0])).toBe('still here')
    })

    test(`makes ${version} sessions that began before it begin anew`, async () => {
      const own = await createPki()
      const { served } = own.server
      await using server = await openServer({
        served,
        clientTrust: new ClientTrust(own.clientCa),
        sessionResumption: true,
      })
      const exchange = (): void => served.exchange(served.identity)
      expect(await isResumed(server, version, {}, own)).toBe(true)
      expect(await isResumed(server, version, {}, own, exchange)).toBe(false)
    })
  }
})

test('a server without a CA for clients asks none of them for a certificate', async () => {
  await using server = await openServer({ clientTrust: new ClientTrust([]) })
  await shakeHands(server.port, pki, await pki.ca.make({ commonNames: ['device-001'] }))
  expect((await server.connection).peer).toEqual({})
})

// RFC 6066 §3 allows DNS names alone; what else a client sends is nobody's harm.
test.each(['..', 'ex ample', 'x'.repeat(255), '../../etc/passwd', '\u0001\u007f', '__proto__'])(
  'a server name such as %j is passed over',
  async (servername) => {
    await using server = await openServer()
    const client = connectTls({
      port: server.port,
      host: LOOPBACK,
      ca: pki.ca.pem,
      servername,
      rejectUnauthorized: false,
    })
    await once(client, 'secureConnect')
    expect((await server.connection).address).toBe(ADDRESS)
    client.destroy()
  },
)

describe('a handshake that fails', () => {
  test('because the peer speaks no TLS is told, and its socket is closed', async () => {
    await using server = await openServer()
    const client = connect(server.port, LOOPBACK)
    client.write('\x10\x0c\0\x04MQTT\x04\x02\0<\0\0')
    await closing(client)
    expect(server.refusals).toMatchObject([{ address: ADDRESS, surface: 'mqtts', cause: 'tls_missing' }])
    await Promise.all(server.accepted.map(closed))
  })

  test('because the version is too old is told', async () => {
    await using server = await openServer()
    const client = connectTls({
      host: LOOPBACK,
      port: server.port,
      minVersion: 'TLSv1.1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT:@SECLEVEL=0',
    })
    await closing(client)
    expect(await server.refused()).toMatchObject({ cause: 'tls_version_unsupported' })
  })

  test('because an ALPN name is not spoken here is told', async () => {
    await using server = await openServer({ alpnProtocols: ['http/1.1'] })
    const client = beginHandshake(server.port, pki, {}, { ALPNProtocols: ['mqtt'] })
    // RFC 7301 §3.2: no_application_protocol
    expect(await closing(client)).toBe('ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL')
    expect(await server.refused()).toMatchObject({ cause: 'alpn_unknown' })
  })

  for (const { name, say } of [
    { name: 'a silent peer', say: () => undefined },
    { name: 'a peer that stops in the middle', say: (client: Socket) => void client.write(Buffer.from([0x16])) },
  ]) {
    test(`because its time is over is told of ${name}, and its socket is closed`, async () => {
      await using server = await openServer({ handshakeSeconds: 0.05 })
      const client = connect(server.port, LOOPBACK)
      say(client)
      await closing(client)
      expect(server.refusals).toMatchObject([{ address: ADDRESS, cause: 'handshake_timeout' }])
      await Promise.all(server.accepted.map(closed))
    })
  }

  test('because its time is over is told of a peer that keeps sending, a byte at a time', async () => {
    await using server = await openServer({ handshakeSeconds: 0.2 })
    const client = connect(server.port, LOOPBACK)
    const hello = Buffer.concat([Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]), Buffer.alloc(500)])
    let sent = 0
    const dripping = setInterval(() => client.write(hello.subarray(sent, ++sent)), 10)
    await closing(client)
    clearInterval(dripping)
    expect(server.refusals).toMatchObject([{ cause: 'handshake_timeout' }])
  })

  for (const { alert, cause } of [
    { alert: 42, cause: 'server_name_wrong' }, // bad_certificate
    { alert: 43, cause: 'server_certificate_rejected' }, // unsupported_certificate
    { alert: 45, cause: 'client_clock_wrong' }, // certificate_expired
    { alert: 46, cause: 'server_certificate_rejected' }, // certificate_unknown
    { alert: 48, cause: 'server_certificate_rejected' }, // unknown_ca
    { alert: 49, cause: 'server_certificate_rejected' }, // access_denied
    { alert: 80, cause: 'server_name_wrong' }, // internal_error
    { alert: 40, cause: 'handshake_failed' }, // handshake_failure
    { alert: 71, cause: 'handshake_failed' }, // insufficient_security
  ]) {
    test.each(TLS_VERSIONS)(
      `because the client answers with alert ${alert} is told as ${cause}, over %s`,
      async (version) => {
        await using server = await openServer()
        const client = connect(server.port, LOOPBACK)
        client.write(await clientHello(version))
        // The server has shown its certificate, and the client does not like it: RFC 8446 §6.2
        await once(client, 'data')
        client.write(Buffer.from([0x15, 3, 3, 0, 2, 2, alert]))
        await closing(client)
        expect(server.refusals).toMatchObject([{ address: ADDRESS, surface: 'mqtts', cause }])
        expect(server.refusals[0]?.presented?.['error']).toMatch(/alert/)
      },
    )
  }

  for (const { name, leave } of [
    { name: 'leaves', leave: (client: Socket) => client.end() },
    { name: 'breaks off', leave: (client: Socket) => client.resetAndDestroy() },
    { name: 'leaves in the middle', leave: (client: Socket) => client.end(Buffer.from([0x16, 3, 1, 2, 0])) },
  ]) {
    test(`is not told of a peer that ${name}`, async () => {
      await using server = await openServer()
      const client = connect(server.port, LOOPBACK)
      await once(client, 'connect')
      const raw = await server.accept
      leave(client)
      await Promise.all([closing(client), closed(raw)])
      expect([server.refusals, server.connections]).toEqual([[], []])
    })
  }
})

describe('a connection', () => {
  test('that is reset is gone for both ends at once', async () => {
    await using server = await openServer()
    const client = await shakeHands(server.port, pki)
    const connection = await server.connection
    connection.socket.write(Buffer.alloc(1_000_000))
    connection.reset()
    expect(server.accepted[0]?.destroyed).toBe(true)
    await closed(connection.socket)
    expect(await closing(client)).toBe('ECONNRESET')
  })

  // Node 24 crashes where the TLS socket is destroyed then, too.
  test.each(TLS_VERSIONS)('may be reset in the tick of its handshake, over %s', async (version) => {
    const reset = Promise.withResolvers<SecureConnection>()
    await using server = await openServer({
      onConnection(connection) {
        connection.socket.on('error', () => undefined)
        connection.socket.write(Buffer.alloc(1_000_000))
        connection.reset()
        reset.resolve(connection)
      },
    })
    const client = beginHandshake(server.port, pki, {}, { version })
    expect(await closing(client)).toBe('ECONNRESET')
    await closed((await reset.promise).socket)
  })

  test('marks the one that came in by the door', async () => {
    await using server = await openServer()
    await shakeHands(server.port, pki)
    const { markOpen } = await server.connection
    expect(server.marked).toEqual([])
    markOpen()
    expect(server.marked).toEqual([server.accepted[0]])
  })

  test('is not taken for another from the same address and port to another address of the hub', async () => {
    await using server = await openServer({}, '0.0.0.0')
    const first = await shakeHands(server.port, pki, {}, { localAddress: LOOPBACK })
    await server.connection
    const second = connect({
      host: '127.0.0.2',
      port: server.port,
      localAddress: LOOPBACK,
      localPort: first.localPort ?? 0,
    })
    await once(second, 'connect')
    await server.acceptedSoMany(2)
    const [raw] = server.accepted
    first.destroy()
    if (raw) await closed(raw)
    const shaken = await shakeHands(server.port, pki, {}, { socket: second })
    await server.connectedSoMany(2)
    server.connections[1]?.markOpen()
    expect(server.marked).toEqual([server.accepted[1]])
    shaken.destroy()
  })
})

type Opened = Awaited<ReturnType<typeof openServer>>

async function openServer(options: Partial<SecureServerOptions> = {}, host = LOOPBACK) {
  const doorway = createDoorway()
  const connections: SecureConnection[] = []
  const marked: Socket[] = []
  const changes = new Set<() => void>()
  const tell = (): void => {
    for (const change of changes) change()
  }
  const until = async <Found>(find: () => Found | undefined): Promise<Found> => {
    for (;;) {
      const found = find()
      if (found !== undefined) return found
      await new Promise<void>((resolve) => changes.add(resolve))
    }
  }
  const secure = createSecureServer({
    ...doorway.options,
    ...pki.server,
    surface: 'mqtts',
    alpnProtocols: ['mqtt'],
    clientTrust: new ClientTrust(pki.clientCa),
    onConnection(connection) {
      connection.socket.on('error', () => undefined).resume()
      connections.push(connection)
      tell()
    },
    ...options,
  })
  const port = await openPort((raw) => {
    raw.on('error', () => undefined)
    const entrant: Entrant = { raw, address: ADDRESS, firstByte: 0x16, markOpen: () => void marked.push(raw) }
    secure.accept(entrant)
    tell()
  }, host)
  return {
    ...port,
    refusals: doorway.refusals,
    refused: doorway.refused,
    connections: connections as readonly SecureConnection[],
    marked: marked as readonly Socket[],
    get connection() {
      return until(() => connections[0])
    },
    get accept() {
      return until(() => port.accepted[0])
    },
    acceptedSoMany: (count: number) => until(() => port.accepted[count - 1]),
    connectedSoMany: (count: number) => until(() => connections[count - 1]),
  }
}

/** Shakes hands twice, the second time with the session of the first; whether the server took it up. */
async function isResumed(
  server: Opened,
  version: SecureVersion,
  shown?: object,
  its = pki,
  between = (): void => undefined,
): Promise<boolean> {
  const connected = server.connections.length
  const credentials = shown ?? (await pki.ca.make({ commonNames: ['device-001'] }))
  const session = await takeTicket(server.port, version, credentials, its)
  between()
  const second = await shakeHands(server.port, its, credentials, { version, ...(session ? { session } : {}) })
  await server.connectedSoMany(connected + 2)
  return second.isSessionReused()
}

/** What a session is resumed with, where the server offers that. */
async function takeTicket(
  port: number,
  version: SecureVersion,
  credentials = {},
  its = pki,
): Promise<Buffer | undefined> {
  const socket = beginHandshake(port, its, credentials, { version })
  // RFC 8446 §4.6.1: what can be resumed comes after the handshake
  const offered = new Promise<Buffer | undefined>((resolve) => socket.once('session', resolve))
  await once(socket, 'secureConnect')
  const session = version === 'TLSv1.3' ? await offered : socket.getSession()
  socket.destroy()
  return session
}

/** The first bytes of a client, before it knows whom it talks to. */
async function clientHello(version: SecureVersion): Promise<Buffer> {
  const [socket, wire] = duplexPair()
  const client = connectTls({ socket, minVersion: version, maxVersion: version })
  client.on('error', () => undefined)
  const [hello] = await once(wire, 'data')
  client.destroy()
  return hello
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve()
    else socket.once('close', () => resolve())
  })
}

function daysFromNow(days: number): Date {
  return new Date(Date.now() + days * DAY_MS)
}
