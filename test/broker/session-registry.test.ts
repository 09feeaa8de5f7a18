import { describe, expect, test } from 'vitest'
import type { Session } from '../../src/broker/connection.ts'
import { SessionRegistry } from '../../src/broker/session-registry.ts'
import { createParty, createSession, openConnection, type Party } from './parties.ts'

describe('cutting certificates', () => {
  test('cuts every connection of each of them in the same tick, and resolves when their sockets are closed', async () => {
    const { sessions, add } = createScene()
    const [one, two, other] = [createParty('one'), createParty('two'), createParty('other')]
    const doomed = [add(one), add(one), add(two)]
    const spared = [add(other), add()]

    const cut = sessions.cutCredentials(
      [one.certificate.fingerprint, two.certificate.fingerprint],
      'certificate revoked: unspecified',
    )

    expect(doomed.map(({ incoming }) => incoming.resets)).toEqual([1, 1, 1])
    expect(doomed.map(({ connection }) => connection.cutReason)).toEqual(
      doomed.map(() => 'certificate revoked: unspecified'),
    )
    await cut
    expect(doomed.map(({ connection }) => connection.socket.closed)).toEqual([true, true, true])
    expect(spared.map(({ incoming }) => incoming.resets)).toEqual([0, 0])
    expect(sessions.size).toBe(2)
  })

  test('of which none is connected does nothing', async () => {
    const { sessions, add } = createScene()
    add(createParty('one'))
    await sessions.cutCredentials(['AA:BB'], 'certificate revoked: unspecified')
    expect(sessions.size).toBe(1)
  })
})

describe('cutting what was let in by a login', () => {
  test('cuts every session that showed it, beside a certificate too, and nobody before its CONNECT', async () => {
    const { sessions, add, open } = createScene()
    const party = createParty('one')
    const credentials = [party.certificate.fingerprint, 'token:k1']
    const doomed = [open(party, 'one', { credentials }), open(party, 'one:2', { credentials: ['token:k1'] })]
    const spared = [open(party, 'one:3', { credentials: ['token:k2'] }), add()]
    await sessions.cutCredentials(['token:k1'], 'token revoked')
    expect(doomed.map(({ connection }) => connection.cutReason)).toEqual(['token revoked', 'token revoked'])
    expect(spared.map(({ incoming }) => incoming.resets)).toEqual([0, 0])
    await sessions.cutCredentials(['token:k1'], 'token revoked')
    expect(sessions.size).toBe(2)
  })

  test('that has ended by itself cuts those whose time is over, and nobody without an end', async () => {
    const { sessions, add, open } = createScene()
    const at = new Date(1_000_000)
    const ending = (milliseconds: number) => ({ endsAt: new Date(at.getTime() + milliseconds) })
    const doomed = open(createParty('one'), 'one', ending(-1))
    const spared = [open(createParty('two'), 'two', ending(0)), open(createParty('three')), add()]
    await sessions.cutEnded(at)
    expect(doomed.connection.cutReason).toBe('its credential has expired')
    expect(spared.map(({ incoming }) => incoming.resets)).toEqual([0, 0, 0])
  })
})

describe('cutting an identity', () => {
  test('cuts its sessions under every certificate and client id, and nobody else', async () => {
    const { sessions, open } = createScene()
    const doomed = [open(createParty('one')), open(createParty('one'), 'one:second')]
    const spared = [open(createParty('one', 'service'), 'service'), open(createParty('two'))]
    await sessions.cutIdentity('device', 'one', 'device suspended')
    expect(doomed.map(({ connection }) => connection.socket.closed)).toEqual([true, true])
    expect(spared.map(({ incoming }) => incoming.resets)).toEqual([0, 0])
  })
})

test('cutting everything cuts those too that have not said who they are', async () => {
  const { sessions, add, open } = createScene()
  const all = [add(), add(createParty('one')), open(createParty('two'))]
  await sessions.cutEverything('hub stopped')
  expect(all.map(({ connection }) => connection.socket.closed)).toEqual([true, true, true])
  expect(sessions.size).toBe(0)
})

test('cutting a client id cuts whoever speaks for it', async () => {
  const { sessions, open } = createScene()
  const party = createParty('one')
  const doomed = [open(party), open(party)]
  const spared = open(party, 'one:second')
  await sessions.cutClientId('one', 'banned')
  expect(doomed.map(({ connection }) => connection.cutReason)).toEqual(['banned', 'banned'])
  expect(spared.connection.cutReason).toBeUndefined()
})

describe('a client id', () => {
  test('is found while its connection lives', async () => {
    const { sessions, open } = createScene()
    const { connection, client } = open(createParty('one'))
    expect(sessions.findByClientId('one')).toBe(connection)
    client.socket.destroy()
    await connection.closed
    expect(sessions.findByClientId('one')).toBeUndefined()
    expect(sessions.size).toBe(0)
  })

  test('is the newer connection’s after a takeover, though the older one closes later', async () => {
    const { sessions, open } = createScene()
    const party = createParty('one')
    const [older, newer] = [open(party), open(party)]
    expect(sessions.findByClientId('one')).toBe(newer.connection)
    older.client.socket.destroy()
    await older.connection.closed
    expect(sessions.findByClientId('one')).toBe(newer.connection)
  })

  test('stays the older connection’s when the newer one is cut before it could take over', async () => {
    const { sessions, open } = createScene()
    const older = open(createParty('one'))
    const newer = open(createParty('one'))
    await sessions.cutCredentials([newer.fingerprint], 'certificate revoked: unspecified')
    expect(sessions.findByClientId('one')).toBe(older.connection)
  })

  test('ends with all the others, none of them reset', async () => {
    const { sessions, open, add } = createScene()
    const all = [open(createParty('one')), open(createParty('two')), add(createParty('three'))]
    await sessions.endEverything('hub stopped')
    expect([sessions.size, all.map(({ incoming }) => incoming.resets)]).toEqual([0, [0, 0, 0]])
    expect(all.map(({ connection }) => connection.cutReason)).toEqual(Array(3).fill('hub stopped'))
  })

  test('is not known before the session begins', () => {
    const { sessions, add } = createScene()
    add(createParty('one'))
    expect(sessions.findByClientId('one')).toBeUndefined()
  })
})

function createScene() {
  const sessions = new SessionRegistry()
  const add = (party?: Party) => {
    const opened = openConnection(party?.peer)
    sessions.add(opened.connection)
    return { ...opened, fingerprint: party?.certificate.fingerprint ?? '' }
  }
  const open = (party: Party, clientId = party.identity.id, session: Partial<Session> = {}) => {
    const opened = add(party)
    sessions.open(opened.connection, createSession(party, { clientId, ...session }))
    return opened
  }
  return { sessions, add, open }
}
