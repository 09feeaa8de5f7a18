import { describe, expect, test } from 'vitest'
import type { HoldingBan } from '../../src/broker/bans.ts'
import { RETURN_CODE } from '../../src/broker/connack.ts'
import { type ConnectDecision, decideConnect } from '../../src/broker/connect-decision.ts'
import type { ConnectPacket } from '../../src/broker/connect-packet.ts'
import type { Connection } from '../../src/broker/connection.ts'
import { SessionOwners } from '../../src/broker/session-owners.ts'
import { SessionRegistry } from '../../src/broker/session-registry.ts'
import type { Clock } from '../../src/clock.ts'
import type { Peer } from '../../src/peer-identity.ts'
import type { ClientIdClaim } from '../../src/registry/client-id.ts'
import { admitting, createParty, createSession, openConnection, type Party } from './parties.ts'

const DEVICE = createParty('device-001')
const GATEWAY = createParty('gateway', 'service')

const PACKET = { clientId: '', cleanSession: true, protocolVersion: 4, keepAlive: 60 } as const

interface Scene {
  readonly sessions: SessionRegistry
  readonly owners: SessionOwners
  readonly clock: Clock
}

interface Asked extends Partial<ConnectPacket> {
  readonly claim?: ClientIdClaim
  readonly arrange?: (scene: Scene) => void
  readonly peer?: Peer
  readonly ban?: HoldingBan
}

describe('a CONNECT is accepted', () => {
  for (const { name, evicts = false, ...asked } of [
    { name: 'under its own id', clientId: 'device-001' },
    { name: 'under its own id with a suffix', clientId: 'device-001:second' },
    { name: 'under an id that is free', clientId: 'anything', claim: 'free' },
    { name: 'with a session that is kept', clientId: 'device-001', cleanSession: false },
    { name: 'in the place of its own live session', clientId: 'device-001', arrange: live(DEVICE, 'device-001') },
    { name: 'on its own stored session', clientId: 'device-001', arrange: stored(DEVICE, 'device-001') },
    {
      name: 'under its registered id in the place of whoever is connected with it',
      clientId: 'device-001',
      arrange: live(GATEWAY, 'device-001'),
      evicts: true,
    },
    {
      name: 'under its registered id in the place of whoever has stored a session with it',
      clientId: 'device-001',
      arrange: stored(GATEWAY, 'device-001'),
      evicts: true,
    },
  ] satisfies readonly (Asked & { readonly name: string; readonly evicts?: boolean })[]) {
    test(name, () => {
      const { clientId, cleanSession = true }: Asked = asked
      expect(decide(asked)).toEqual({
        accepted: true,
        session: createSession(DEVICE, { clientId, cleanSession }),
        evicts,
      })
    })
  }
})

describe('a CONNECT is refused', () => {
  for (const { name, cause, ...asked } of [
    { name: 'with an empty client id and a session that is kept', cleanSession: false, cause: 'client_id_missing' },
    { name: 'under the id of somebody else', clientId: 'device-002', claim: 'refused', cause: 'client_id_wrong' },
    {
      name: 'under a free id that another is connected with',
      clientId: 'anything',
      claim: 'free',
      arrange: live(GATEWAY, 'anything'),
      cause: 'client_id_held',
    },
    {
      name: 'under a free id that another has stored a session with',
      clientId: 'anything',
      claim: 'free',
      arrange: stored(GATEWAY, 'anything'),
      cause: 'client_id_held',
    },
    {
      name: 'under its own suffix that another is connected with',
      clientId: 'device-001:second',
      arrange: live(GATEWAY, 'device-001:second'),
      cause: 'client_id_held',
    },
    {
      name: 'under a free id that its namesake of another kind is connected with',
      clientId: 'anything',
      claim: 'free',
      arrange: live(createParty('device-001', 'service'), 'anything'),
      cause: 'client_id_held',
    },
  ] satisfies readonly (Asked & { readonly name: string; readonly cause: string })[]) {
    test(`${name}, with return code 2`, () =>
      expect(decide(asked)).toMatchObject({
        accepted: false,
        refusal: {
          cause,
          returnCode: RETURN_CODE.identifierRejected,
          presented: { identity: 'device:device-001', fingerprint: DEVICE.certificate.fingerprint },
          expected: 'client id device-001 or device-001:<suffix>',
        },
      }))
  }

  test.each(['flapping', 'banned'] as const)('for %s, with return code 5 and the end of the ban', (cause) => {
    const ban = { cause, until: new Date('2026-11-22T12:05:00Z') }
    expect(decide({ clientId: 'device-001', ban })).toMatchObject({
      accepted: false,
      refusal: {
        cause,
        returnCode: RETURN_CODE.notAuthorized,
        presented: { identity: 'device:device-001', clientId: 'device-001' },
        expected: 'no CONNECT before 2026-11-22T12:05:00.000Z',
        identity: DEVICE.identity,
      },
    })
  })

  test('from a peer that is not admitted, with return code 5 and the cause, whatever its client id', () => {
    const decision = decide({ clientId: '', cleanSession: false, peer: {} })
    expect(decision).toEqual({
      accepted: false,
      refusal: { cause: 'certificate_missing', returnCode: RETURN_CODE.notAuthorized, presented: {} },
    })
  })

  for (const { cause, returnCode } of [
    { cause: 'login_missing', returnCode: RETURN_CODE.badUserNameOrPassword },
    { cause: 'login_invalid', returnCode: RETURN_CODE.badUserNameOrPassword },
    { cause: 'user_name_wrong', returnCode: RETURN_CODE.badUserNameOrPassword },
    { cause: 'token_revoked', returnCode: RETURN_CODE.badUserNameOrPassword },
    { cause: 'token_expired', returnCode: RETURN_CODE.badUserNameOrPassword },
    { cause: 'legacy_password_ended', returnCode: RETURN_CODE.badUserNameOrPassword },
    { cause: 'credentials_differ', returnCode: RETURN_CODE.badUserNameOrPassword },
    { cause: 'login_over_limit', returnCode: RETURN_CODE.serverUnavailable },
    { cause: 'identity_suspended', returnCode: RETURN_CODE.notAuthorized },
    { cause: 'credential_missing', returnCode: RETURN_CODE.notAuthorized },
  ] as const) {
    test(`for ${cause} with return code ${returnCode}`, () => {
      const admission = { admitted: false, cause, presented: {} } as const
      const decision = decideConnect({ ...PACKET, clientId: 'a' }, connectionOf({}), {
        directory: { admit: () => admission },
        clientIds: { claim: () => 'own' },
        banOf: () => undefined,
        ...createScene(),
      })
      expect(decision).toEqual({ accepted: false, refusal: { cause, returnCode, presented: { clientId: 'a' } } })
    })
  }

  test('under the id of somebody else without the fingerprint it does not have', () => {
    const { identity } = DEVICE
    const decision = decideConnect({ ...PACKET, clientId: 'a' }, connectionOf({}), {
      directory: { admit: () => ({ admitted: true, identity, credentials: ['token:k1'] }) },
      clientIds: { claim: () => 'refused' },
      banOf: () => undefined,
      ...createScene(),
    })
    expect(decision).toMatchObject({
      refusal: { cause: 'client_id_wrong', presented: { identity: 'device:device-001', clientId: 'a' } },
    })
    expect(decision).not.toHaveProperty('refusal.presented.fingerprint')
  })

  test('from a peer that is not admitted, with what was expected of it', () => {
    const admission = {
      admitted: false,
      cause: 'common_name_wrong',
      presented: { subject: 'CN=other' },
      expected: 'CN=device-001',
    } as const
    const decision = decideConnect({ ...PACKET, clientId: 'a' }, connectionOf({}), {
      directory: { admit: () => admission },
      clientIds: { claim: () => 'own' },
      banOf: () => undefined,
      ...createScene(),
    })
    expect(decision).toMatchObject({
      refusal: { cause: 'common_name_wrong', presented: { subject: 'CN=other' }, expected: 'CN=device-001' },
    })
  })
})

test('a password that must be compared first decides nothing yet, and is asked for with what the peer has shown', () => {
  const login = { userName: 'pump', password: Buffer.from('old') }
  const compare = async () => login
  const asked: unknown[] = []
  const decision = decideConnect({ ...PACKET, clientId: 'a', login }, connectionOf({}), {
    directory: {
      admit(...question) {
        asked.push(...question)
        return { admitted: undefined, compare }
      },
    },
    clientIds: { claim: () => 'own' },
    banOf: () => undefined,
    ...createScene(),
  })
  expect(decision).toEqual({ accepted: undefined, compare })
  expect(asked).toEqual([{}, { surface: 'mqtts', address: '192.0.2.1', login }])
})

describe('an empty client id of a clean session', () => {
  test('is assigned one of the identity’s own, another each time', () => {
    const assigned = Array.from({ length: 100 }, () => clientIdOf(decide({ clientId: '' })))
    expect(assigned.every((clientId) => /^device-001:[\w-]{12}$/.test(clientId))).toBe(true)
    expect(new Set(assigned).size).toBe(100)
  })

  for (const { name, take } of [
    { name: 'live', take: (id: string, scene: Scene) => live(DEVICE, id)(scene) },
    { name: 'stored by itself', take: (id: string, scene: Scene) => stored(DEVICE, id)(scene) },
    { name: 'stored by another', take: (id: string, scene: Scene) => stored(GATEWAY, id)(scene) },
  ]) {
    // [MQTT-3.1.3-6]
    test(`is assigned another when the one that was drawn is ${name}`, () => {
      const scene = createScene()
      const drawn: string[] = []
      const sessions = {
        findByClientId(clientId: string) {
          // As if it had been there before it was drawn.
          if (drawn.push(clientId) === 1) take(clientId, scene)
          return scene.sessions.findByClientId(clientId)
        },
      }
      const assigned = clientIdOf(decide({ clientId: '' }, { ...scene, sessions }))
      expect(drawn[0]).toBeDefined()
      expect(assigned).not.toBe(drawn[0])
    })
  }
})

function decide(
  { clientId = '', cleanSession = true, claim = 'own', peer = DEVICE.peer, arrange, ban }: Asked,
  scene: Omit<Scene, 'sessions'> & { readonly sessions: Pick<SessionRegistry, 'findByClientId'> } = arranged(arrange),
): ConnectDecision {
  return decideConnect({ ...PACKET, clientId, cleanSession }, connectionOf(peer), {
    directory: { admit: admitting(DEVICE) },
    clientIds: { claim: () => claim },
    sessions: scene.sessions,
    owners: scene.owners,
    banOf: () => ban,
    clock: scene.clock,
  })
}

function connectionOf(peer: Peer): Connection {
  return openConnection(peer).connection
}

function clientIdOf(decision: ConnectDecision): string {
  return decision.accepted ? decision.session.clientId : 'refused'
}

function arranged(arrange?: (scene: Scene) => void): Scene {
  const scene = createScene()
  arrange?.(scene)
  return scene
}

function createScene(): Scene {
  return { sessions: new SessionRegistry(), owners: new SessionOwners(), clock: () => new Date(0) }
}

function live(party: Party, clientId: string): (scene: Scene) => void {
  return ({ sessions }) => {
    const { connection } = openConnection(party.peer)
    sessions.add(connection)
    sessions.open(connection, createSession(party, { clientId }))
  }
}

function stored(party: Party, clientId: string): (scene: Scene) => void {
  return ({ owners }) => owners.keep(clientId, party.identity)
}
