import { execFileSync } from 'node:child_process'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isChallengePath, readChallenge } from '../../../src/api/redirect/acme-challenge.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const PREFIX = '/.well-known/acme-challenge'

test.each([
  { path: `${PREFIX}/abc`, expected: true },
  { path: `${PREFIX}/`, expected: true },
  { path: PREFIX, expected: false },
  { path: '/.well-known/est', expected: false },
])('$path is a challenge: $expected', ({ path, expected }) => expect(isChallengePath(path)).toBe(expected))

describe('a challenge', () => {
  test('is answered with what an ACME client has put there', async () => {
    await using scene = await openScene()
    await writeFile(join(scene.challenges, 'To-ken_1'), 'To-ken_1.thumbprint')
    expect(String(await scene.read('To-ken_1'))).toBe('To-ken_1.thumbprint')
  })

  test('may be answered by a link within the folder', async () => {
    await using scene = await openScene()
    await writeFile(join(scene.folder, 'kept'), 'within')
    await symlink(join(scene.folder, 'kept'), join(scene.challenges, 'link'))
    expect(String(await scene.read('link'))).toBe('within')
  })

  for (const { name, token, prepare } of [
    { name: 'that nobody has put there', token: 'absent' },
    { name: 'that is the folder itself', token: '' },
    { name: 'that is a folder', token: 'folder', prepare: ({ challenges }) => mkdir(join(challenges, 'folder')) },
    {
      name: 'that links out of the folder',
      token: 'link',
      prepare: ({ outside, challenges }) => symlink(outside, join(challenges, 'link')),
    },
    {
      name: 'that is a pipe',
      token: 'pipe',
      prepare: async ({ challenges }) => void execFileSync('mkfifo', [join(challenges, 'pipe')]),
    },
    {
      name: 'that is larger than any answer',
      token: 'large',
      prepare: ({ challenges }) => writeFile(join(challenges, 'large'), Buffer.alloc(4097)),
    },
    { name: 'that leads elsewhere', token: '../../outside' },
    { name: 'that leads elsewhere in disguise', token: '..%2f..%2foutside' },
    { name: 'that leads elsewhere by backslashes', token: '..\\outside' },
    { name: 'with a dot', token: 'a.txt', prepare: ({ challenges }) => writeFile(join(challenges, 'a.txt'), 'x') },
    { name: 'with a NUL', token: 'a\0' },
    { name: 'that is longer than any token', token: 'x'.repeat(257) },
  ] satisfies readonly {
    readonly name: string
    readonly token: string
    readonly prepare?: (scene: Scene) => Promise<unknown>
  }[]) {
    test(`${name} is not answered`, async () => {
      await using scene = await openScene()
      await prepare?.(scene)
      expect(await scene.read(token)).toBeUndefined()
    })
  }

  test('is not answered from a folder that is not there', async () => {
    await using scene = await openScene()
    expect(await readChallenge(join(scene.folder, 'absent'), `${PREFIX}/a`)).toBeUndefined()
  })
})

type Scene = Awaited<ReturnType<typeof openScene>>

async function openScene() {
  const root = await temporaryFolder()
  const folder = join(root.path, 'web')
  const challenges = join(folder, PREFIX)
  const outside = join(root.path, 'outside')
  await mkdir(challenges, { recursive: true })
  await writeFile(outside, 'secret')
  return {
    folder,
    challenges,
    outside,
    read: (token: string) => readChallenge(folder, `${PREFIX}/${token}`),
    [Symbol.asyncDispose]: () => root[Symbol.asyncDispose](),
  }
}
