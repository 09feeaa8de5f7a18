import { expect, test } from 'vitest'
import { openDatabase } from '../../src/db/database.ts'
import { createEnrolmentStore } from '../../src/db/enrolment-store.ts'
import { createEnrolmentTokenStore } from '../../src/db/enrolment-token-store.ts'
import { createOverviewStore } from '../../src/db/overview-store.ts'
import type { Enrolment } from '../../src/registry/enrolment/enrolment.ts'
import type { EnrolmentToken } from '../../src/registry/enrolment/enrolment-token.ts'

const NOW = new Date('2026-11-22T12:00:00.000Z')
const LATER = new Date('2026-11-23T12:00:00.000Z')

const TOKEN: EnrolmentToken = {
  id: 't1',
  secretHash: Buffer.alloc(32, 7),
  deviceId: 'sensor-*',
  userId: 'eva',
  policies: ['own'],
  profile: 'short',
  approval: true,
  onExisting: 'rotate',
  maxUses: 3,
  uses: 0,
  createdAt: NOW,
  expiresAt: LATER,
  lastUsedAt: undefined,
  revokedAt: undefined,
}

const ASKED: Enrolment = {
  id: 'e1',
  tokenId: 't1',
  deviceId: 'sensor-1',
  keyThumbprint: 'k1',
  request: 'MIIB',
  address: '192.0.2.7',
  state: 'pending',
  requestedAt: NOW,
  decidedAt: undefined,
  lapsesAt: LATER,
}

function open() {
  const database = openDatabase()
  const tokens = createEnrolmentTokenStore(database)
  tokens.insert(TOKEN)
  const overview = createOverviewStore(database)
  return {
    tokens,
    overview,
    enrolments: createEnrolmentStore(database),
    [Symbol.dispose]: () => database[Symbol.dispose](),
  }
}

test('a token is kept whole; its uses are counted, and its first revocation stands', () => {
  using place = open()
  const { tokens } = place
  expect(tokens.find('t1')).toEqual(TOKEN)
  expect(tokens.find('t2')).toBeUndefined()
  tokens.markUsed('t1', LATER)
  tokens.markUsed('t1', LATER)
  tokens.markRevoked('t1', NOW)
  tokens.markRevoked('t1', LATER)
  tokens.insert({ ...TOKEN, id: 't0', userId: undefined })
  expect(tokens.list()).toEqual([
    { ...TOKEN, uses: 2, lastUsedAt: LATER, revokedAt: NOW },
    { ...TOKEN, id: 't0', userId: undefined },
  ])
})

test('an enrolment is found by its id and by who asks, until it lapses', () => {
  using place = open()
  const { enrolments } = place
  enrolments.insert(ASKED)
  expect(enrolments.find('e1', NOW)).toEqual(ASKED)
  expect(enrolments.findAsked(ASKED, NOW)).toEqual(ASKED)
  for (const other of [{ keyThumbprint: 'k2' }, { deviceId: 'sensor-2' }, { tokenId: 't2' }]) {
    expect(enrolments.findAsked({ ...ASKED, ...other }, NOW)).toBeUndefined()
  }
  const { find, findAsked, list, count } = enrolments
  expect([find('e1', LATER), findAsked(ASKED, LATER), list(LATER), count(LATER)]).toEqual([undefined, undefined, [], 0])
  enrolments.deleteLapsed(LATER)
  expect(list(NOW)).toEqual([])
})

test('those that wait are counted by token, and make room for one another', () => {
  using place = open()
  const { enrolments } = place
  const decision = { state: 'rejected', decidedAt: NOW, lapsesAt: LATER } as const
  enrolments.insert(ASKED)
  enrolments.insert({ ...ASKED, id: 'e2', deviceId: 'sensor-2' })
  enrolments.insert({ ...ASKED, id: 'e3', deviceId: 'sensor-2', keyThumbprint: 'k3' })
  enrolments.decide('e2', decision)
  expect([enrolments.count(NOW), enrolments.countOpen('t1', NOW), enrolments.countOpen('t2', NOW)]).toEqual([3, 2, 0])
  enrolments.deletePending('t1', 'sensor-2')
  expect(enrolments.list(NOW).map(({ id, state }) => `${id} ${state}`)).toEqual(['e1 pending', 'e2 rejected'])
  enrolments.delete('e1')
  expect(enrolments.list(NOW)).toEqual([{ ...ASKED, id: 'e2', deviceId: 'sensor-2', ...decision }])
})

test('the overview counts those that wait for a word, and none that has lapsed', () => {
  using place = open()
  const { overview, enrolments } = place
  expect(overview.countPending(NOW)).toBe(0)
  enrolments.insert(ASKED)
  enrolments.insert({ ...ASKED, id: 'e2', deviceId: 'sensor-2', state: 'approved' })
  enrolments.insert({ ...ASKED, id: 'e3', deviceId: 'sensor-3', lapsesAt: NOW })
  expect(overview.countPending(NOW)).toBe(1)
})
