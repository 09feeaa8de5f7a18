import { expect, test } from 'vitest'
import { AuthorityLists } from '../../src/registry/authority-lists.ts'
import { type PublishedLists, RevocationLists } from '../../src/registry/revocation-lists.ts'
import { NOON } from './registry-scene.ts'

const [FIRST, SECOND] = ['AA:01', 'BB:02']

/** Of CAs whose lists are their fingerprints; the first one has retired, and `last` is what was kept of it. */
function openLists(last: PublishedLists | undefined): AuthorityLists {
  return new AuthorityLists({
    live: () => [SECOND],
    first: () => FIRST,
    findLast: async () => last,
    open: (fingerprint) =>
      new RevocationLists({
        store: {
          listRevoked: () => [],
          latest: () => undefined,
          published: () => undefined,
          save: () => undefined,
          sync: async () => undefined,
          distributionPoints: () => [],
        },
        signer: {
          requireUnlocked: () => undefined,
          encodeRevoked: () => Buffer.alloc(0),
          signRevocationList: async () => Buffer.from(fingerprint),
          toPem: async (der) => Buffer.from(der),
        },
        clock: () => NOON,
      }),
  })
}

test('the common URL shows what was kept of the first CA once that has retired', async () => {
  const complete = Buffer.from(FIRST)
  const times = { thisUpdate: NOON, madeAt: NOON, nextUpdate: NOON }
  const last = { number: 7, ...times, complete, forDistributionPoints: complete, completePem: complete }
  await using lists = openLists(last)
  expect(await lists.named()).toBe(last)
})

test('and the list of the CA that issues where nothing was kept', async () => {
  await using lists = openLists(undefined)
  expect(String((await lists.named()).complete)).toBe(SECOND)
  expect(await lists.find('cc03')).toBeUndefined()
})
