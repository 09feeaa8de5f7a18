import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type ApiTokens, createApiTokens } from '../../src/registry/api-tokens.ts'
import { createScene, HOUR_MS, MINUTE_MS, NOON, type Scene } from './registry-scene.ts'

const inAnHour = new Date(NOON.getTime() + HOUR_MS)

describe('a token', () => {
  test('is sgn_<id>_<secret> with a secret of 256 bit, and lets its role in', async () => {
    using scene = await createScene()
    const { id, token } = scene.registry.tokens.create({ name: 'ci', role: 'operator' })
    expect(token).toMatch(new RegExp(`^sgn_${id}_[A-Za-z0-9_-]{43}$`))
    expect(Buffer.from(secretOf(token), 'base64url')).toHaveLength(32)
    expect(scene.registry.tokens.authenticate(token)).toMatchObject({ id, name: 'ci', role: 'operator' })
  })

  test('is stored as the SHA-256 of its secret and nowhere else', async () => {
    using scene = await createScene()
    const { id, token } = scene.registry.tokens.create({ name: 'ci', role: 'admin' })
    const hash = createHash('sha256').update(secretOf(token)).digest()
    expect(scene.stores.tokens.find(id)?.secretHash).toEqual(hash)
    expect(scene.database.sqlite.serialize().includes(secretOf(token))).toBe(false)
  })

  test('is never made twice', async () => {
    using scene = await createScene()
    const made = Array.from({ length: 50 }, () => scene.registry.tokens.create({ name: 'same', role: 'auditor' }))
    expect(new Set(made.map(({ token }) => token)).size).toBe(50)
    expect(scene.registry.tokens.list().map(({ id }) => id)).toEqual(made.map(({ id }) => id))
  })

  test('is good until it expires, and not at that moment', async () => {
    using scene = await createScene()
    const { token } = scene.registry.tokens.create({ name: 'ci', role: 'admin', expiresAt: inAnHour })
    scene.advance(HOUR_MS - 1)
    expect(scene.registry.tokens.authenticate(token)).toBeDefined()
    scene.advance(1)
    expect(scene.registry.tokens.authenticate(token)).toBeUndefined()
  })

  test('that would be dead at once is refused, and none is made', async () => {
    using scene = await createScene()
    expect(() => scene.registry.tokens.create({ name: 'ci', role: 'admin', expiresAt: NOON })).toThrow(
      expect.objectContaining({ code: 'bad_request', message: expect.stringContaining(NOON.toISOString()) }),
    )
    expect(scene.registry.tokens.list()).toEqual([])
  })

  test('is dead once it is revoked; again changes nothing', async () => {
    using scene = await createScene()
    const { id, token } = scene.registry.tokens.create({ name: 'ci', role: 'admin' })
    scene.registry.tokens.revoke(id)
    expect(scene.registry.tokens.authenticate(token)).toBeUndefined()
    scene.advance(HOUR_MS)
    scene.registry.tokens.revoke(id)
    expect(scene.registry.tokens.list()).toMatchObject([{ id, revokedAt: NOON }])
  })

  test('that nobody made cannot be revoked', async () => {
    using scene = await createScene()
    expect(() => scene.registry.tokens.revoke('constructor')).toThrow(
      expect.objectContaining({ code: 'token_not_found' }),
    )
  })
})

describe('a token that is not quite one', () => {
  const forgeries: readonly { name: string; forge: (token: string, other: string) => string }[] = [
    { name: 'nothing', forge: () => '' },
    { name: 'the secret of another token', forge: (token, other) => `sgn_${idOf(token)}_${secretOf(other)}` },
    {
      name: 'one letter changed',
      forge: (token) => token.slice(0, -2) + (token.at(-2) === 'A' ? 'B' : 'A') + token.at(-1),
    },
    { name: 'an unknown id', forge: (token) => `sgn_${'0'.repeat(12)}_${secretOf(token)}` },
    { name: 'other letters for the same octets', forge: (token) => token.slice(0, -1) + alike(token) },
    { name: 'a space after it', forge: (token) => `${token} ` },
    { name: 'a line feed after it', forge: (token) => `${token}\n` },
    { name: 'a longer secret', forge: (token) => `${token}A` },
    { name: 'the id in capitals', forge: (token) => `sgn_${idOf(token).toUpperCase()}_${secretOf(token)}` },
    { name: 'the hash instead of the secret', forge: (token) => `sgn_${idOf(token)}_${hashOf(token)}` },
    { name: 'no prefix', forge: (token) => token.slice(4) },
  ]
  for (const { name, forge } of forgeries) {
    test(`is refused and leaves no trace: ${name}`, async () => {
      using scene = await createScene()
      // A lower-case "a" in the id, or capitals would be the same text.
      const token = createUntil(scene.registry.tokens, (made) => /[a-f]/.test(idOf(made)))
      const other = scene.registry.tokens.create({ name: 'b', role: 'auditor' }).token
      expect(scene.registry.tokens.authenticate(forge(token, other))).toBeUndefined()
      expect(usesOf(scene).every((at) => at === undefined)).toBe(true)
    })
  }
})

test('a token lets in where its last use cannot be noted, as on a full disk', async () => {
  using scene = await createScene()
  const { id, token } = scene.registry.tokens.create({ name: 'ci', role: 'admin' })
  const failures: unknown[] = []
  const full = new Error('database or disk is full')
  const tokens = createApiTokens({
    tokens: {
      ...scene.stores.tokens,
      markUsed() {
        throw full
      },
    },
    inBackground: (work) => void work.catch((error) => failures.push(error)),
    clock: scene.clock,
  })
  expect(tokens.authenticate(token)).toMatchObject({ id })
  await expect.poll(() => failures).toEqual([full])
})

test('the last use is kept to the minute: one write a minute, not one for every request', async () => {
  using scene = await createScene()
  const { token } = scene.registry.tokens.create({ name: 'ci', role: 'admin' })
  const uses: unknown[] = []
  for (const step of [0, MINUTE_MS - 1, 1, MINUTE_MS / 2, MINUTE_MS]) {
    scene.advance(step)
    scene.registry.tokens.authenticate(token)
    uses.push(usesOf(scene)[0]?.getTime())
  }
  const noon = NOON.getTime()
  expect(uses).toEqual([noon, noon, noon + MINUTE_MS, noon + MINUTE_MS, noon + 2.5 * MINUTE_MS])
})

function usesOf({ registry }: Scene): readonly (Date | undefined)[] {
  return registry.tokens.list().map(({ lastUsedAt }) => lastUsedAt)
}

function idOf(token: string): string {
  return token.slice(4, 16)
}

function secretOf(token: string): string {
  return token.slice(17)
}

function hashOf(token: string): string {
  return createHash('sha256').update(secretOf(token)).digest('base64url')
}

/** The last letter of 256 bits in base64url has two bits to spare. */
function alike(token: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return alphabet.charAt(alphabet.indexOf(token.slice(-1)) ^ 1)
}

function createUntil(tokens: ApiTokens, isWanted: (token: string) => boolean): string {
  for (;;) {
    const { token } = tokens.create({ name: 'a', role: 'admin' })
    if (isWanted(token)) return token
  }
}
