import { describe, expect, test } from 'vitest'
import { createEnrolmentStore } from '../../../src/db/enrolment-store.ts'
import { createEnrolmentTokenStore } from '../../../src/db/enrolment-token-store.ts'
import { EventFeed } from '../../../src/events.ts'
import { createEnrolmentDecisions } from '../../../src/registry/enrolment/enrolment-decisions.ts'
import { createEnrolmentTokens } from '../../../src/registry/enrolment/enrolment-tokens.ts'
import { createWaitingEnrolments } from '../../../src/registry/enrolment/waiting-enrolments.ts'
import { createProfiles } from '../../../src/registry/profiles.ts'
import { createScene, DAY_MS } from '../registry-scene.ts'

const CSR = Buffer.from('request')
const DEFAULT = {
  name: 'default',
  validitySeconds: 60,
  maxValiditySeconds: 60,
  keyAlgorithms: [],
  alternativeNames: [],
  extendedKeyUsage: [],
  renewBeforeSeconds: undefined,
}

async function open() {
  const scene = await createScene()
  const tokens = createEnrolmentTokenStore(scene.database)
  const enrolments = createEnrolmentStore(scene.database)
  const events = new EventFeed()
  const told: string[] = []
  for (const type of ['enrolment.requested', 'enrolment.approved', 'enrolment.rejected'] as const) {
    events.subscribe(type, ({ id }) => told.push(`${type} ${id}`))
  }
  const shared = { tokens, enrolments, transaction: scene.stores.transaction, events, clock: scene.clock }
  const made = createEnrolmentTokens({
    tokens,
    profiles: createProfiles((name) => (name === 'default' ? DEFAULT : undefined)),
    policies: scene.registry.policies,
    clock: scene.clock,
  })
  const waiting = createWaitingEnrolments(shared)
  return {
    scene,
    made,
    waiting,
    told,
    enrolments,
    decisions: createEnrolmentDecisions(shared),
    create(request: Partial<Parameters<typeof made.create>[0]> = {}) {
      const { id } = made.create({ deviceId: '*', approval: true, ...request }, true)
      const token = tokens.find(id)
      if (!token) throw new Error('no token')
      const asked = (deviceId: string, keyThumbprint = 'k') => ({ tokenId: id, deviceId, keyThumbprint })
      return {
        token,
        asked,
        ask: (deviceId: string, key?: string) => waiting.ask(token, asked(deviceId, key), CSR, 'a'),
      }
    },
    [Symbol.dispose]: () => scene[Symbol.dispose](),
  }
}

describe('a use that waits for a word', () => {
  test('is told once, whoever asks how often', async () => {
    using place = await open()
    const { ask } = place.create()
    expect(ask('pump')).toEqual(ask('pump'))
    expect(place.told).toEqual(['enrolment.requested pump'])
  })

  test('is counted when the certificate is kept, after the end of its token too, and only once', async () => {
    using place = await open()
    const { ask, asked, token } = place.create()
    const { id } = ask('pump')
    expect(() => place.waiting.use(token.id, asked('pump'))).toThrow(
      expect.objectContaining({ code: 'enrolment_not_pending' }),
    )
    place.decisions.approve(id)
    place.scene.advance(2 * DAY_MS)
    place.waiting.use(token.id, asked('pump'))
    expect(place.made.list()[0]?.token.uses).toBe(1)
    expect(() => place.waiting.use(token.id, asked('pump'))).toThrow(
      expect.objectContaining({ code: 'enrolment_not_pending' }),
    )
    expect(place.told).toEqual(['enrolment.requested pump', 'enrolment.approved pump'])
  })

  test('is nobody any more once its token is revoked', async () => {
    using place = await open()
    const { ask, asked, token } = place.create()
    place.decisions.approve(ask('pump').id)
    place.made.revoke(token.id)
    expect(() => place.waiting.use(token.id, asked('pump'))).toThrow(/was revoked/)
    expect(place.made.list()[0]?.state).toBe('revoked')
    expect(() => place.made.revoke('none')).toThrow(expect.objectContaining({ code: 'token_not_found' }))
  })

  test('that was rejected stays so, and gives its place free', async () => {
    using place = await open()
    const { ask, asked, token } = place.create()
    place.decisions.reject(ask('pump').id)
    expect(() => ask('pump')).toThrow(expect.objectContaining({ code: 'enrolment_rejected' }))
    expect(() => place.waiting.use(token.id, asked('pump'))).toThrow(
      expect.objectContaining({ code: 'enrolment_rejected' }),
    )
    expect(ask('pump', 'another key').state).toBe('pending')
  })

  test('has no place where there are ten thousand', async () => {
    using place = await open()
    const { ask } = place.create({ uses: 20_000 })
    const { id } = ask('pump')
    place.scene.database.sqlite.exec(
      `with recursive n(i) as (select 1 union all select i + 1 from n where i < 9999)
       insert into enrolments select 'e' || i, token_id, 'd' || i, key_thumbprint, request, address, state, requested_at, decided_at, lapses_at from enrolments, n`,
    )
    expect(() => ask('valve')).toThrow(expect.objectContaining({ code: 'enrolments_full' }))
    place.enrolments.delete(id)
    expect(ask('valve').deviceId).toBe('valve')
  })
})

describe('a token is not made', () => {
  for (const { name, request, code } of [
    { name: 'for what is no id', request: { deviceId: 'a b' }, code: 'invalid_id' },
    { name: 'for an owner who is none', request: { userId: 'a b' }, code: 'invalid_id' },
    { name: 'of a profile that there is not', request: { profile: 'none' }, code: 'profile_violation' },
    { name: 'with a policy that there is not', request: { policies: ['none'] }, code: 'policy_not_found' },
    { name: 'for the past', request: { expiresAt: new Date(0) }, code: 'bad_request' },
  ]) {
    test(name, async () => {
      using place = await open()
      expect(() => place.create(request)).toThrow(expect.objectContaining({ code }))
      expect(place.made.list()).toEqual([])
    })
  }

  test('by an operator, with a policy that reaches beyond one device', async () => {
    using place = await open()
    const rules = [{ effect: 'allow', actions: ['publish'], topicFilter: '#' }] as const
    place.scene.registry.policies.put({ name: 'wide', rules, clientId: 'own' })
    const request = { deviceId: '*', policies: ['wide'] }
    expect(() => place.made.create(request, false)).toThrow(expect.objectContaining({ code: 'forbidden' }))
    expect(place.made.create(request, true).expiresAt).toEqual(new Date(place.scene.clock().getTime() + DAY_MS))
  })
})
