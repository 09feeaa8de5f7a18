import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { SignInSecret } from '../../../src/registry/console/sign-ins.ts'
import { createScene, DAY_MS, HOUR_MS, MINUTE_MS, type Scene } from '../registry-scene.ts'

const ADDRESS = '192.0.2.7'
const GUESS = `sgn_000000000000_${'A'.repeat(43)}`

let scene: Scene
beforeEach(async () => {
  scene = await createScene()
})
afterEach(() => scene[Symbol.dispose]())

function signIn(shown: SignInSecret, address = ADDRESS) {
  const recognised = scene.registry.signIns.recognise(shown, address)
  scene.registry.signIns.open(recognised)
  return recognised
}

function createLink(name = 'eva', role: 'admin' | 'operator' = 'operator') {
  return scene.registry.signIns.createLink({ name, role })
}

describe('a sign-in link', () => {
  test('has 256 random bits, of which the hash alone is kept, and ends after 15 minutes', () => {
    const { link, secret } = createLink()
    expect(secret).toMatch(/^sgn_[0-9a-f]{12}_[\w-]{43}$/)
    expect(link.expiresAt.getTime() - scene.clock().getTime()).toBe(15 * MINUTE_MS)
    const kept = JSON.stringify(scene.database.sqlite.prepare('select * from sign_in_links').all())
    expect(kept).not.toContain(secret.slice(-43))
  })

  test('signs somebody in under its name and role', () => {
    const { link, secret } = createLink()
    const { session, by, secret: made } = signIn({ link: secret })
    expect(by).toEqual({ id: link.id, name: 'eva' })
    expect(session).toMatchObject({ name: 'eva', role: 'operator', via: 'link', tokenId: undefined })
    expect(made.token).not.toBe(secret)
    expect(scene.registry.consoleSessions.find(made.token)).toEqual(session)
  })

  test('signs in once', () => {
    const { secret } = createLink()
    signIn({ link: secret })
    expect(() => signIn({ link: secret })).toThrow(/used already/)
    expect(scene.registry.consoleSessions.list()).toHaveLength(1)
  })

  test('of two who come at once lets one in', () => {
    const { secret } = createLink()
    const { recognise, open } = scene.registry.signIns
    const [one, other] = [recognise({ link: secret }, ADDRESS), recognise({ link: secret }, '192.0.2.8')]
    open(one)
    expect(() => open(other)).toThrow(/used already/)
    expect(scene.registry.consoleSessions.list()).toMatchObject([{ id: one.session.id }])
  })

  test('is not used up where the session cannot be kept', () => {
    const { secret } = createLink()
    const recognised = scene.registry.signIns.recognise({ link: secret }, ADDRESS)
    scene.database.sqlite.exec('alter table console_sessions rename to away')
    expect(() => scene.registry.signIns.open(recognised)).toThrow()
    scene.database.sqlite.exec('alter table away rename to console_sessions')
    expect(signIn({ link: secret }).session.name).toBe('eva')
  })

  test('that is recognised and not opened is not used', () => {
    const { secret } = createLink()
    scene.registry.signIns.recognise({ link: secret }, ADDRESS)
    expect(signIn({ link: secret }).session.name).toBe('eva')
  })

  test('is told as expired for a day, and then forgotten', () => {
    const { secret } = createLink()
    scene.advance(15 * MINUTE_MS - 1)
    scene.registry.signIns.recognise({ link: secret }, ADDRESS)
    scene.advance(1)
    expect(() => signIn({ link: secret })).toThrow(/expired/)
    scene.advance(DAY_MS)
    scene.registry.signIns.sweep()
    expect(() => signIn({ link: secret })).toThrow(/expired/)
    scene.advance(1)
    scene.registry.signIns.sweep()
    expect(() => signIn({ link: secret })).toThrow(/not known/)
  })

  test('ends the session that the same browser had', () => {
    const former = signIn({ link: createLink().secret })
    const { recognise, open } = scene.registry.signIns
    open(recognise({ link: createLink('adam').secret }, ADDRESS), former.session)
    expect(scene.registry.consoleSessions.list()).toMatchObject([{ name: 'adam' }])
  })
})

describe('a token', () => {
  test('signs its owner in, with its role, for as long as it is good at most', () => {
    const expiresAt = new Date(scene.clock().getTime() + HOUR_MS)
    const { id, token } = scene.registry.tokens.create({ name: 'eva', role: 'auditor', expiresAt })
    expect(signIn({ token }).session).toMatchObject({
      name: 'eva',
      role: 'auditor',
      via: 'token',
      tokenId: id,
      expiresAt,
    })
    expect(scene.registry.tokens.list()).toMatchObject([{ lastUsedAt: scene.clock() }])
  })

  test('that signs in again and again keeps a hundred sessions, the newest, and none of others ends', () => {
    const { token } = scene.registry.tokens.create({ name: 'eva', role: 'admin' })
    const other = signIn({ link: createLink('adam').secret })
    const first = signIn({ token })
    scene.advance(1)
    const others = Array.from({ length: 100 }, () => signIn({ token }).session.id)
    const kept = scene.registry.consoleSessions.list().map(({ id }) => id)
    expect(kept.toSorted()).toEqual([other.session.id, ...others].toSorted())
    expect(kept).not.toContain(first.session.id)
  })

  test('that was revoked signs nobody in', () => {
    const { id, token } = scene.registry.tokens.create({ name: 'eva', role: 'admin' })
    scene.registry.tokens.revoke(id)
    expect(() => signIn({ token })).toThrow(/unknown, expired or revoked/)
    expect(scene.registry.consoleSessions.list()).toEqual([])
  })
})

describe('whoever guesses', () => {
  test('waits a minute after five wrong links or tokens, alone', () => {
    const { secret } = createLink()
    const guesses: readonly SignInSecret[] = [
      { link: GUESS },
      { token: GUESS },
      { link: '' },
      { link: `${secret.slice(0, 17)}${'A'.repeat(43)}` },
      { token: secret },
    ]
    for (const guess of guesses) expect(() => signIn(guess)).toThrow(/not known|unknown/)
    expect(() => signIn({ link: secret })).toThrow(/wait a minute/)
    expect(() => signIn({ link: GUESS }, '192.0.2.8')).toThrow(/not known/)
    scene.advance(MINUTE_MS)
    expect(signIn({ link: secret }).session.name).toBe('eva')
  })

  test('is not held against whoever comes with a link that was used', () => {
    const { secret } = createLink()
    signIn({ link: secret })
    for (let attempt = 0; attempt < 10; attempt++) expect(() => signIn({ link: secret })).toThrow(/used already/)
  })
})
