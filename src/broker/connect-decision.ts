import { randomBytes } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { describeCertificate } from '../peer-identity.ts'
import type { Presented, RefusalCause } from '../refusal.ts'
import type { Identity } from '../registry/identity.ts'
import type { Login } from '../registry/login.ts'
import type { BanOf } from './bans.ts'
import { RETURN_CODE, type ReturnCode } from './connack.ts'
import type { ConnectPacket } from './connect-packet.ts'
import type { Connection, Session } from './connection.ts'
import type { ClientIdRule, PeerDirectory } from './ports.ts'
import type { SessionOwners } from './session-owners.ts'
import type { SessionRegistry } from './session-registry.ts'

export type ConnectDecision =
  | { readonly accepted: true; readonly session: Session; readonly evicts: boolean }
  | { readonly accepted: false; readonly refusal: ConnectRefusal }
  /** The password is to be compared first, and the CONNECT decided again with the login that comes of it. */
  | { readonly accepted: undefined; readonly compare: () => Promise<Login> }

export interface ConnectRefusal {
  readonly cause: RefusalCause
  readonly returnCode: ReturnCode
  readonly presented: Presented
  readonly expected?: string
  /** Who it is, where that is known. */
  readonly identity?: Identity
}

export interface ConnectDecisionOptions {
  readonly directory: Pick<PeerDirectory, 'admit'>
  readonly clientIds: ClientIdRule
  readonly sessions: Pick<SessionRegistry, 'findByClientId'>
  readonly owners: Pick<SessionOwners, 'isHeld' | 'isHeldByAnother'>
  readonly banOf: BanOf
  readonly clock: Clock
}

/** Who says CONNECT, and under which client id; synchronous, so that what is decided is still true when it is acted on. */
export function decideConnect(
  packet: ConnectPacket,
  connection: Connection,
  options: ConnectDecisionOptions,
): ConnectDecision {
  const { clientId, login, ...asked } = packet
  const { peer, surface, address } = connection
  const admission = options.directory.admit(peer, { surface, address, login })
  if (admission.admitted === undefined) return { accepted: undefined, compare: admission.compare }
  if (!admission.admitted) {
    const { cause, presented, expected } = admission
    return refuse({
      cause,
      returnCode: returnCodeOf(cause),
      presented: { ...presented, ...(clientId === '' ? {} : { clientId }) },
      ...(expected === undefined ? {} : { expected }),
    })
  }
  const { admitted: _, ...grant } = admission
  const { identity, certificate } = grant
  const presented = {
    identity: `${identity.kind}:${identity.id}`,
    clientId,
    ...(certificate && peer.certificate ? describeCertificate(peer.certificate) : {}),
  }
  const refuseClientId = (cause: RefusalCause): ConnectDecision =>
    refuse({
      cause,
      returnCode: RETURN_CODE.identifierRejected,
      presented,
      expected: `client id ${identity.id} or ${identity.id}:<suffix>`,
      identity,
    })

  const ban = options.banOf(identity, clientId)
  if (ban) {
    const { cause, until } = ban
    const expected = `no CONNECT before ${until.toISOString()}`
    return refuse({ cause, returnCode: RETURN_CODE.notAuthorized, presented, expected, identity })
  }
  const session = { ...grant, ...asked, connectedAt: options.clock() }
  if (clientId === '') {
    // [MQTT-3.1.3-8]: a session that is kept must be named
    if (!asked.cleanSession) return refuseClientId('client_id_missing')
    return accept({ ...session, clientId: assignClientId(identity, options) })
  }
  const claim = options.clientIds.claim(identity, clientId)
  if (claim === 'refused') return refuseClientId('client_id_wrong')
  const held = isHeldByAnother(clientId, identity, options)
  // An exact registered id wins over whoever took it before it was registered.
  if (held && clientId !== identity.id) return refuseClientId('client_id_held')
  return accept({ ...session, clientId }, held)
}

const LOGIN_CAUSES: ReadonlySet<RefusalCause> = new Set([
  'credentials_differ',
  'legacy_password_ended',
  'login_invalid',
  'login_missing',
  'token_expired',
  'token_revoked',
  'user_name_wrong',
])

function returnCodeOf(cause: RefusalCause): ReturnCode {
  if (cause === 'login_over_limit') return RETURN_CODE.serverUnavailable
  return LOGIN_CAUSES.has(cause) ? RETURN_CODE.badUserNameOrPassword : RETURN_CODE.notAuthorized
}

function accept(session: Session, evicts = false): ConnectDecision {
  return { accepted: true, session, evicts }
}

function refuse(refusal: ConnectRefusal): ConnectDecision {
  return { accepted: false, refusal }
}

function isHeldByAnother(clientId: string, identity: Identity, { sessions, owners }: ConnectDecisionOptions): boolean {
  const holder = sessions.findByClientId(clientId)?.session?.identity
  const heldLive = holder !== undefined && (holder.kind !== identity.kind || holder.id !== identity.id)
  return heldLive || owners.isHeldByAnother(clientId, identity)
}

const RANDOM_OCTETS = 9

// [MQTT-3.1.3-6]: the server assigns a unique client id to a client that sent none
function assignClientId({ id }: Identity, { sessions, owners }: ConnectDecisionOptions): string {
  for (;;) {
    const clientId = `${id}:${randomBytes(RANDOM_OCTETS).toString('base64url')}`
    if (sessions.findByClientId(clientId) === undefined && !owners.isHeld(clientId)) return clientId
  }
}
