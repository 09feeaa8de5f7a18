import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createScene, DAY_MS, HOUR_MS, MINUTE_MS, type Scene } from '../registry-scene.ts'

let scene: Scene
beforeEach(async () => {
  scene = await createScene()
})
afterEach(() => scene[Symbol.dispose]())

function begin(shown = { link: scene.registry.signIns.createLink({ name: 'eva', role: 'operator' }).secret }): string {
  const { signIns } = scene.registry
  const recognised = signIns.recognise(shown, '192.0.2.7')
  signIns.open(recognised)
  return recognised.secret.token
}

function beginByToken(expiresAt?: Date) {
  const { signIns, tokens } = scene.registry
  const { id, token } = tokens.create({ name: 'eva', role: 'operator', ...(expiresAt ? { expiresAt } : {}) })
  const recognised = signIns.recognise({ token }, '192.0.2.7')
  signIns.open(recognised)
  return { id, secret: recognised.secret.token }
}

function find(secret: string) {
  return scene.registry.consoleSessions.find(secret)
}

describe('a session of the console', () => {
  test('keeps no secret', () => {
    const secret = begin()
    const kept = JSON.stringify(scene.database.sqlite.prepare('select * from console_sessions').all())
    expect(kept).not.toContain(secret.slice(-43))
    expect(JSON.stringify(scene.registry.consoleSessions.list())).not.toContain('secretHash')
  })

  test('goes on where its last use cannot be noted, as on a full disk', async () => {
    const session = find(begin())
    if (!session) throw new Error('nobody is signed in')
    scene.advance(HOUR_MS)
    scene.database.sqlite.pragma('query_only = on')
    scene.registry.consoleSessions.noteUse(session)
    await expect(scene.settle()).rejects.toThrow('readonly')
  })

  test('is found by its whole secret alone', () => {
    const secret = begin()
    expect(find(secret)).toMatchObject({ name: 'eva', role: 'operator', via: 'link' })
    for (const other of [`${secret.slice(0, 17)}${'A'.repeat(43)}`, secret.slice(0, -1), '', 'sgn_']) {
      expect(find(other), other).toBeUndefined()
    }
  })

  test('ends twelve hours after its last use', () => {
    const secret = begin()
    scene.advance(12 * HOUR_MS - 1)
    const session = find(secret)
    if (session) scene.registry.consoleSessions.noteUse(session)
    scene.advance(12 * HOUR_MS - 1)
    expect(find(secret)).toBeDefined()
    scene.advance(1)
    expect(find(secret)).toBeUndefined()
    expect(scene.registry.consoleSessions.list()).toEqual([])
  })

  test('ends seven days after its beginning, however much it is used', () => {
    const secret = begin()
    for (let hour = 0; hour < 7 * 24; hour += 8) {
      const session = find(secret)
      expect(session, `${hour}`).toBeDefined()
      if (session) scene.registry.consoleSessions.noteUse(session)
      scene.advance(8 * HOUR_MS)
    }
    expect(find(secret)).toBeUndefined()
  })

  test('writes down its use once a minute', () => {
    const secret = begin()
    const begun = scene.clock()
    const use = (): Date | undefined => {
      const session = find(secret)
      if (session) scene.registry.consoleSessions.noteUse(session)
      return find(secret)?.lastUsedAt
    }
    scene.advance(MINUTE_MS - 1)
    expect(use()).toEqual(begun)
    scene.advance(1)
    expect(use()).toEqual(scene.clock())
  })

  test('by a token ends with it: revoked, or expired', () => {
    const { id, secret } = beginByToken()
    const timed = beginByToken(new Date(scene.clock().getTime() + HOUR_MS))
    scene.registry.tokens.revoke(id)
    expect(find(secret)).toBeUndefined()
    scene.advance(HOUR_MS - 1)
    expect(find(timed.secret)).toBeDefined()
    scene.advance(1)
    expect(find(timed.secret)).toBeUndefined()
  })

  test('by a token has the role that the token has now', () => {
    const { secret } = beginByToken()
    scene.database.sqlite.exec(`update api_tokens set role = 'auditor'`)
    expect(find(secret)).toMatchObject({ role: 'auditor' })
  })

  test('by a link stands for itself', () => {
    const { id } = beginByToken()
    const secret = begin()
    scene.registry.tokens.revoke(id)
    expect(find(secret)).toBeDefined()
  })

  test('is ended by its id, and only one that is good', () => {
    const secret = begin()
    const id = find(secret)?.id ?? ''
    scene.registry.consoleSessions.end(id)
    expect(find(secret)).toBeUndefined()
    expect(() => scene.registry.consoleSessions.end(id)).toThrow(/Nobody is signed in/)
    expect(() => scene.registry.consoleSessions.end('none')).toThrow(/Nobody is signed in/)
  })

  test('that has ended is swept, and no other', () => {
    const rows = () => scene.database.sqlite.prepare('select count(*) from console_sessions').pluck().get()
    const { id } = beginByToken()
    begin()
    scene.registry.consoleSessions.sweep()
    expect(rows()).toBe(2)
    scene.registry.tokens.revoke(id)
    scene.registry.consoleSessions.sweep()
    expect(rows()).toBe(1)
    scene.advance(DAY_MS)
    scene.registry.consoleSessions.sweep()
    expect(rows()).toBe(0)
  })
})
