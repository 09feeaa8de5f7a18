import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { type ConnectionOptions, connect, type SecureVersion, type TLSSocket } from 'node:tls'
import { readServerIdentity, ServedCertificate } from '../../src/ca/served-certificate.ts'
import { ConnectionLimits } from '../../src/edge/connection-limits.ts'
import { type Listener, openListener } from '../../src/edge/listener.ts'
import { createNetworks } from '../../src/edge/networks.ts'
import { OpenSockets } from '../../src/edge/open-sockets.ts'
import { createLogger } from '../../src/logger.ts'
import type { Refusal } from '../../src/refusal.ts'
import { type CertificateMaker, createForeignCa, SERVER_AUTH } from '../support/certificate-maker.ts'
import { LogSink } from '../support/log-sink.ts'
import type { Credentials } from '../support/test-hub.ts'

export const LOOPBACK = '127.0.0.1'
export const TLS_VERSIONS: readonly SecureVersion[] = ['TLSv1.2', 'TLSv1.3']

/** A CA, and the server that it has certified. */
export interface Pki {
  readonly ca: CertificateMaker
  readonly clientCa: readonly X509Certificate[]
  readonly server: { readonly served: ServedCertificate }
}

export async function createPki(): Promise<Pki> {
  const ca = await createForeignCa('CN=Signet CA')
  const { cert, key } = await ca.make({ commonNames: ['localhost'], purposes: [SERVER_AUTH] })
  return {
    ca,
    clientCa: [new X509Certificate(ca.pem)],
    server: { served: new ServedCertificate(readServerIdentity({ keyPem: key, certificatePem: cert })) },
  }
}

/** What a door needs beside its certificate, with limits that nobody meets; and what was refused at it. */
export function createDoorway(
  limits: Partial<ConstructorParameters<typeof ConnectionLimits>[0]> = {},
  proxies: readonly string[] = [],
) {
  const refusals: Refusal[] = []
  const arrivals = new Set<() => void>()
  const recordRefusal = (refusal: Refusal): void => {
    refusals.push(refusal)
    for (const arrive of arrivals) arrive()
  }
  return {
    options: {
      sessionResumption: false,
      handshakeSeconds: 10,
      limits: new ConnectionLimits({
        connections: 100,
        connectionsPerAddress: 0,
        halfOpen: 100,
        halfOpenPerAddress: 100,
        newConnectionsPerAddressPerSecond: 1000,
        ...limits,
      }),
      sockets: new OpenSockets(),
      proxies: createNetworks(proxies),
      recordRefusal,
      logger: createLogger({ level: 'silent', format: 'json', stream: new LogSink() }),
    },
    refusals: refusals as readonly Refusal[],
    /** Resolves when somebody has been refused. */
    async refused(): Promise<Refusal> {
      for (;;) {
        const [first] = refusals
        if (first) return first
        await new Promise<void>((resolve) => arrivals.add(resolve))
      }
    },
  }
}

/** An open port in front of a door; sockets that are still open go with it. */
export async function openPort(
  onConnection: (raw: Socket) => void,
  host = LOOPBACK,
): Promise<Listener & { readonly accepted: readonly Socket[] }> {
  const accepted: Socket[] = []
  const sockets = new OpenSockets()
  const listener = await openListener({
    host,
    port: 0,
    settings: { host: 'mqtt.host', port: 'mqtt.port' },
    onConnection(raw) {
      accepted.push(raw)
      sockets.add(raw)
      onConnection(raw)
    },
  })
  return {
    port: listener.port,
    accepted,
    async [Symbol.asyncDispose]() {
      await listener[Symbol.asyncDispose]()
      await sockets[Symbol.asyncDispose]()
    },
  }
}

/** Begins a handshake; the server's certificate holds no name, so none is compared. */
export function beginHandshake(
  port: number,
  { ca }: Pki,
  { cert, key }: Partial<Credentials> = {},
  options: ConnectionOptions & { readonly version?: SecureVersion; readonly localAddress?: string } = {},
): TLSSocket {
  const { version, ...more } = options
  const socket = connect({
    host: LOOPBACK,
    port,
    ca: ca.pem,
    checkServerIdentity: () => undefined,
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(version === undefined ? {} : { minVersion: version, maxVersion: version }),
    ...more,
  })
  return socket
}

export async function shakeHands(...parameters: Parameters<typeof beginHandshake>): Promise<TLSSocket> {
  const socket = beginHandshake(...parameters)
  await once(socket, 'secureConnect')
  socket.on('error', () => undefined)
  return socket
}
