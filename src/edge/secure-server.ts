import type { Socket } from 'node:net'
import { createServer, type SecureContextOptions, type TLSSocket } from 'node:tls'
import type { Logger } from '../logger.ts'
import { type Peer, readPeerCertificate } from '../peer-identity.ts'
import type { RecordRefusal, Surface } from '../refusal.ts'
import { findAuthority, judgeChain, verdictOf } from './chain-verdict.ts'
import type { ClientTrust } from './client-trust.ts'
import type { Entrant } from './entrance.ts'
import { explainHandshakeFailure, type HandshakeError } from './handshake-failure.ts'
import { describeFailure, describeHandshake } from './handshake-report.ts'
import { resetSocket } from './reset-socket.ts'
import type { ServedCertificate } from './served-certificate.ts'
import { answerStatusRequests, type Staple } from './stapling.ts'
import { tlsPolicy } from './tls-policy.ts'

export interface SecureServerOptions {
  readonly surface: Surface
  readonly served: ServedCertificate
  /** What goes with it to clients that ask for its status; none: nothing. */
  readonly staple?: Staple
  /** Asked for and judged, never demanded: a refused peer must be told why, which a broken handshake cannot. */
  readonly clientTrust: ClientTrust
  readonly sessionResumption: boolean
  readonly handshakeSeconds: number
  /** What this port answers to; a peer that offers others alone is refused (RFC 7301 §3.2), one that offers none is let in. */
  readonly alpnProtocols: readonly string[]
  readonly recordRefusal: RecordRefusal
  readonly logger: Pick<Logger, 'debug' | 'isLevelEnabled'>
  readonly onConnection: (connection: SecureConnection) => void
  /** How long each finished handshake took. */
  readonly onHandshake?: (seconds: number) => void
}

/** A finished handshake. */
export interface SecureConnection {
  readonly socket: TLSSocket
  readonly address: string
  readonly peer: Peer
  /** What the handshake agreed on, as TLS names it. */
  tls(): { readonly version: string; readonly cipher: string }
  /** The peer has shown who it is: it is half-open no longer. */
  markOpen(): void
  /** Closes at once; what the kernel has not sent yet is thrown away. */
  reset(): void
}

export interface SecureServer {
  /** Begins the handshake of a peer that came in by the door. */
  accept(entrant: Entrant): void
}

/** Terminates TLS 1.2 and 1.3 on sockets that are handed to it. */
export function createSecureServer(options: SecureServerOptions): SecureServer {
  const { surface, clientTrust, alpnProtocols, recordRefusal, logger, onConnection } = options
  const entrants = new WeakMap<Socket, Entrant & { readonly begin: number }>()
  const server = createServer({
    ...contextOf(options),
    handshakeTimeout: options.handshakeSeconds * 1000,
    ...(clientTrust.authorities.length > 0 ? { requestCert: true, rejectUnauthorized: false } : {}),
    ALPNProtocols: [...alpnProtocols],
  })
  // Connections keep what they shook hands with; the next handshake shows the new certificate.
  const swapContext = (): void => server.setSecureContext(contextOf(options))
  options.served.onExchange(swapContext)
  clientTrust.onExchange(swapContext)

  if (options.staple) answerStatusRequests(server, options.staple)

  server.on('secureConnection', (socket) => {
    const known = entrants.get(rawOf(socket))
    // The peer left between the last flight and this event.
    if (!known || known.raw.destroyed) return void socket.destroy()
    const { raw, address, markOpen, begin } = known
    options.onHandshake?.((performance.now() - begin) / 1000)
    const peer = readPeer(socket, clientTrust)
    if (logger.isLevelEnabled('debug')) {
      logger.debug({ component: 'edge', surface, address, ...describeHandshake(socket, peer) }, 'Handshake finished')
    }
    onConnection({
      socket,
      address,
      peer,
      tls: () => ({ version: socket.getProtocol() ?? 'unknown', cipher: socket.getCipher().standardName }),
      markOpen,
      // Its close is the TLS socket's. To destroy that one too within the tick of its handshake would crash Node.
      reset: () => resetSocket(raw, socket),
    })
  })

  server.on('tlsClientError', (error: HandshakeError, socket) => {
    const entrant = entrants.get(rawOf(socket))
    const address = entrant?.address ?? 'unknown'
    const hasAnswered = entrant !== undefined && entrant.raw.bytesWritten > 0
    const failure = explainHandshakeFailure(error, {
      certificateChain: options.served.identity.certificatePem,
      handshakeSeconds: options.handshakeSeconds,
      hasAnswered,
    })
    if (logger.isLevelEnabled('debug')) {
      const told = { component: 'edge', surface, address, ...describeFailure(socket, error) }
      if (failure) logger.debug({ ...told, cause: failure.cause }, 'Handshake failed')
      else logger.debug(told, 'Handshake broken off')
    }
    if (failure) recordRefusal({ address, surface, ...failure })
    socket.destroy()
  })

  return {
    accept(entrant) {
      entrants.set(entrant.raw, { ...entrant, begin: performance.now() })
      server.emit('connection', entrant.raw)
    },
  }
}

/** Whole each time: setSecureContext forgets what it is not given again. */
function contextOf({ served, clientTrust, sessionResumption }: SecureServerOptions): SecureContextOptions {
  const { keyPem: key, certificatePem: cert } = served.identity
  const { authorities } = clientTrust
  return {
    key,
    cert,
    ...tlsPolicy(sessionResumption),
    ...(authorities.length > 0 ? { ca: authorities.map(String) } : {}),
  }
}

/** The socket below, by a field of Node's own: a peer that sends its alert and resets at once leaves no address on the TLS socket. */
function rawOf(socket: TLSSocket): Socket {
  return (socket as unknown as { readonly _parent: Socket })._parent
}

function readPeer(socket: TLSSocket, { authorities }: ClientTrust): Peer {
  const certificate = authorities.length > 0 ? socket.getPeerX509Certificate() : undefined
  if (!certificate) return {}
  // A string at run time, whatever the declaration says.
  const error = socket.authorized ? undefined : String(socket.authorizationError)
  const chain = verdictOf(error) ?? judgeChain(certificate, authorities)
  const authority = chain === 'trusted' ? findAuthority(certificate, authorities)?.fingerprint256 : undefined
  return { certificate: readPeerCertificate(certificate), chain, authority }
}
