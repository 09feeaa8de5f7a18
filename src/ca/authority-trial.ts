import { once } from 'node:events'
import { duplexPair } from 'node:stream'
import { connect, createServer, type TLSSocket } from 'node:tls'
import type { Clock } from '../clock.ts'
import { type CertificateAuthority, createAuthority, type IssuedKeyPair } from './authority.ts'
import { isConstrained } from './issuer-certificate.ts'

/** By our own clock they were judged before, and OpenSSL's is another. */
const DATES: readonly string[] = ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']

/**
 * What OpenSSL finds wrong with certificates of this CA, for a device and for a server of these names, none where it is to
 * certify no server: a CA may be constrained to names or purposes (RFC 5280 §4.2.1.10), which peers judge with the whole path.
 */
export async function findTrialFault(
  authority: CertificateAuthority,
  serverNames: readonly string[],
): Promise<string | undefined> {
  const device = await authority.issueDevice('trial', 'trial', {})
  const server = serverNames.length > 0 ? await authority.issueServer(serverNames) : undefined
  const faults = await shakeHands(authority, device, server ?? device)
  const ofServer = server && tell(`a server called ${serverNames.join(', ')}`, faults.ofServer)
  return ofServer ?? tell('a device', faults.ofDevice)
}

/** The same of a CA that is in use already; one without constraints, or whose key is locked, is not tried. */
export async function findFaultInUse(
  { isLocked, path, caCertificatePem, signer }: CertificateAuthority,
  serverNames: readonly string[],
  clock: Clock,
): Promise<string | undefined> {
  if (isLocked || !path.some(isConstrained)) return undefined
  // What is signed to try it names no distribution point that would have to be kept.
  return findTrialFault(await createAuthority({ certificates: path, caCertificatePem, signer, clock }), serverNames)
}

interface Faults {
  readonly ofDevice: string | undefined
  readonly ofServer: string | undefined
}

async function shakeHands(
  authority: CertificateAuthority,
  device: IssuedKeyPair,
  server: IssuedKeyPair,
): Promise<Faults> {
  const trust = { ca: authority.path.map(String), rejectUnauthorized: false }
  const credentialOf = ({ certificatePem, privateKeyPem }: IssuedKeyPair) => ({
    cert: [certificatePem, ...authority.intermediates.map(String)].join(''),
    key: privateKeyPem,
  })
  const [near, far] = duplexPair()
  const acceptor = createServer({ ...trust, ...credentialOf(server), requestCert: true })
  const accepting: Promise<TLSSocket[]> = once(acceptor, 'secureConnection')
  acceptor.emit('connection', far)
  const dialled = connect({ ...trust, ...credentialOf(device), socket: near, checkServerIdentity: () => undefined })
  try {
    const [[accepted]] = await Promise.all([accepting, once(dialled, 'secureConnect')])
    return { ofDevice: accepted && readFault(accepted), ofServer: readFault(dialled) }
  } finally {
    dialled.destroy()
  }
}

/** Node writes down its code, and types it as an Error. */
function readFault({ authorizationError }: TLSSocket): string | undefined {
  const code = authorizationError ? String(authorizationError) : undefined
  return code === undefined || DATES.includes(code) ? undefined : code
}

function tell(whom: string, fault: string | undefined): string | undefined {
  return (
    fault &&
    `signs nothing for ${whom} that peers accept, by its nameConstraints or extendedKeyUsage (OpenSSL: ${fault})`
  )
}
