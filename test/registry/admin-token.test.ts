import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ensureAdminToken } from '../../src/registry/admin-token.ts'
import type { ApiTokens } from '../../src/registry/api-tokens.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { createScene } from './registry-scene.ts'

interface Place {
  readonly path: string
  readonly staged: string
  readonly tokens: ApiTokens
}

test("the first start leaves an administrator's token in a file of its owner alone", async () => {
  await inPlace(({ path, tokens }) => {
    expect(ensureAdminToken({ path, tokens })).toBe(true)
    expect(tokens.authenticate(readFileSync(path, 'utf8').trim())).toMatchObject({ role: 'admin', name: 'admin-token' })
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(tokens.list()).toHaveLength(1)
  })
})

test('a second start leaves it as it is', async () => {
  await inPlace(({ path, tokens }) => {
    ensureAdminToken({ path, tokens })
    const before = readFileSync(path)
    expect(ensureAdminToken({ path, tokens })).toBe(false)
    expect(readFileSync(path)).toEqual(before)
    expect(tokens.list()).toHaveLength(1)
  })
})

test('a file of a database that was lost is replaced by one that is good', async () => {
  await inPlace(({ path, tokens }) => {
    writeFileSync(path, 'sgn_of_another_life\n', { mode: 0o600 })
    ensureAdminToken({ path, tokens })
    expect(tokens.authenticate(readFileSync(path, 'utf8').trim())).toMatchObject({ role: 'admin' })
  })
})

describe('a file that was taken away stays away', () => {
  const laters: readonly { name: string; happen: (tokens: ApiTokens) => void }[] = [
    { name: 'and its token stays good', happen: () => undefined },
    { name: 'also after its token was revoked', happen: (tokens) => tokens.list().map(({ id }) => tokens.revoke(id)) },
  ]
  for (const { name, happen } of laters) {
    test(name, async () => {
      await inPlace(({ path, staged, tokens }) => {
        ensureAdminToken({ path, tokens })
        rmSync(path)
        happen(tokens)
        const before = tokens.list()
        expect(ensureAdminToken({ path, tokens })).toBe(false)
        expect([existsSync(path), existsSync(staged)]).toEqual([false, false])
        expect(tokens.list()).toEqual(before)
      })
    })
  }
})

describe('a first start that was killed is made good by the next', () => {
  const prefixes: readonly { name: string; arrange: (place: Place) => void }[] = [
    { name: 'before anything', arrange: () => undefined },
    { name: 'after the empty file', arrange: ({ staged }) => writeFileSync(staged, '', { mode: 0o600 }) },
    {
      name: 'after the token was stored',
      arrange({ staged, tokens }) {
        writeFileSync(staged, '', { mode: 0o600 })
        createAdminToken(tokens)
      },
    },
    {
      name: 'in the middle of writing it',
      arrange({ staged, tokens }) {
        writeFileSync(staged, createAdminToken(tokens).slice(0, 20), { mode: 0o600 })
      },
    },
    {
      name: 'before the line feed',
      arrange: ({ staged, tokens }) => writeFileSync(staged, createAdminToken(tokens), { mode: 0o600 }),
    },
    {
      name: 'before it was put in place',
      arrange: ({ staged, tokens }) => writeFileSync(staged, `${createAdminToken(tokens)}\n`, { mode: 0o600 }),
    },
    {
      name: 'twice, after the token was stored',
      arrange({ staged, tokens }) {
        createAdminToken(tokens)
        writeFileSync(staged, '', { mode: 0o600 })
        createAdminToken(tokens)
      },
    },
  ]
  for (const { name, arrange } of prefixes) {
    test(name, async () => {
      await inPlace((place) => {
        const { path, staged, tokens } = place
        arrange(place)
        ensureAdminToken({ path, tokens })
        const token = readFileSync(path, 'utf8').trim()
        expect(tokens.authenticate(token)).toMatchObject({ role: 'admin' })
        // What nobody could read lets nobody in.
        const good = tokens.list().filter(({ revokedAt }) => revokedAt === undefined)
        expect(good).toHaveLength(1)
        expect(existsSync(staged)).toBe(false)
        expect(statSync(path).mode & 0o777).toBe(0o600)
      })
    })
  }

  test('after it was put in place: what lies beside it goes', async () => {
    await inPlace(({ path, staged, tokens }) => {
      ensureAdminToken({ path, tokens })
      writeFileSync(staged, 'sgn_')
      const before = readFileSync(path)
      ensureAdminToken({ path, tokens })
      expect(readFileSync(path)).toEqual(before)
      expect(existsSync(staged)).toBe(false)
      expect(tokens.list()).toHaveLength(1)
    })
  })

  test('without touching a token of the same name that an administrator made meanwhile', async () => {
    await inPlace(({ path, tokens }) => {
      ensureAdminToken({ path, tokens })
      const own = createAdminToken(tokens)
      ensureAdminToken({ path, tokens })
      expect(tokens.authenticate(own)).toBeDefined()
    })
  })
})

describe('a file that cannot be written', () => {
  test('is named in the refusal, and no token is made', async () => {
    await inPlace(({ path, tokens }) => {
      const nowhere = join(path, 'missing', 'admin-token')
      expect(() => ensureAdminToken({ path: nowhere, tokens })).toThrow(
        expect.objectContaining({ code: 'file_unreachable', message: expect.stringContaining(nowhere) }),
      )
      expect(tokens.list()).toEqual([])
    })
  })

  test('because a folder stands in its place is named too', async () => {
    await inPlace(({ path, staged, tokens }) => {
      mkdirSync(staged)
      expect(() => ensureAdminToken({ path, tokens })).toThrow(expect.objectContaining({ code: 'file_unreachable' }))
      expect(tokens.list()).toEqual([])
    })
  })

  test("does not hide the registry's own refusal", async () => {
    await inPlace(({ path, tokens, staged }) => {
      writeFileSync(staged, '')
      createAdminToken(tokens)
      const vanishing: ApiTokens = { ...tokens, revoke: () => tokens.revoke('vanished') }
      expect(() => ensureAdminToken({ path, tokens: vanishing })).toThrow(
        expect.objectContaining({ code: 'token_not_found' }),
      )
      expect(readdirSync(join(path, '..'))).toEqual(['admin-token.new'])
    })
  })
})

async function inPlace(work: (place: Place) => void): Promise<void> {
  await using folder = await temporaryFolder()
  using scene = await createScene()
  const path = join(folder.path, 'admin-token')
  work({ path, staged: `${path}.new`, tokens: scene.registry.tokens })
}

function createAdminToken(tokens: ApiTokens): string {
  return tokens.create({ name: 'admin-token', role: 'admin' }).token
}
