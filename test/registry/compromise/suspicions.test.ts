import { expect, test } from 'vitest'
import { EventFeed, type HubEvents } from '../../../src/events.ts'
import type { ProvenIdentity, RefusalCause, Surface } from '../../../src/refusal.ts'
import type { HubAct } from '../../../src/registry/audit/audit-entry.ts'
import { createReactions, type Reaction } from '../../../src/registry/compromise/reactions.ts'
import { createSuspicions } from '../../../src/registry/compromise/suspicions.ts'
import type { Identity } from '../../../src/registry/identity.ts'
import { createTestClock } from '../../../src/testing/test-clock.ts'
import { createCertificateRecord } from '../../api/registry-double.ts'

const PUMP: Identity = { kind: 'device', id: 'pump', userId: 'ann' }
const BACKEND: Identity = { kind: 'service', id: 'backend', userId: undefined }

function openScene({ reaction = 'tell' as Reaction, shared = '' } = {}) {
  const clock = createTestClock()
  const events = new EventFeed()
  const told: HubEvents['identity.compromise_suspected'][] = []
  events.subscribe('identity.compromise_suspected', (event) => void told.push(event))
  const suspicions = createSuspicions({
    policy: {
      reactions: { two_addresses: reaction, key_reuse: reaction, refusal_burst: reaction },
      alternations: { windowSeconds: 600, returns: 2 },
      bursts: { refusals: 3, windowSeconds: 60 },
    },
    react: (_suspect, wanted) => (wanted === 'suspend' ? 'suspended' : 'told'),
    networkOf: (address) => address,
    isExempt: (address) => address === '127.0.0.1',
    isShared: ({ id }) => id === shared,
    certificates: {
      findByFingerprint: (fingerprint) =>
        fingerprint === '' ? undefined : createCertificateRecord(readKind(fingerprint), 'holder', clock.now()),
    },
    events,
    clock: clock.now,
  })
  const refuse = (
    cause: RefusalCause,
    {
      surface = 'mqtts',
      address = '192.0.2.1',
      ...presented
    }: { surface?: Surface; address?: string; [name: string]: string },
    proven?: ProvenIdentity,
  ): void => {
    for (let time = 0; time < 3; time++) suspicions.noteRefusal({ address, surface, cause, presented }, proven)
  }
  return { suspicions, told, refuse }
}

function readKind(fingerprint: string): 'device' | 'service' | 'administrator' {
  return fingerprint === 'S' ? 'service' : fingerprint === 'A' ? 'administrator' : 'device'
}

test('a service is watched as a device is; who came without a certificate, or nameless, is not', () => {
  const { suspicions, told } = openScene()
  const certificate = createCertificateRecord('service', 'backend', new Date(0))
  const anonymous: Identity = { kind: 'anonymous', id: '_anonymous', userId: undefined }
  for (const address of ['a', 'b', 'a', 'b']) {
    suspicions.noteConnection({ identity: PUMP, credentials: ['token'] }, address)
    suspicions.noteConnection({ identity: anonymous, certificate, credentials: [] }, address)
  }
  expect(told).toEqual([])
  for (const address of ['a', 'b', 'a', 'b']) {
    suspicions.noteConnection({ identity: BACKEND, certificate, credentials: [] }, address)
  }
  expect(told).toMatchObject([{ kind: 'service', id: 'backend', sign: 'two_addresses' }])
  expect(suspicions.totals()).toEqual({ two_addresses: 1, key_reuse: 0, refusal_burst: 0 })
})

for (const { name, cause, presented, proven, action } of [
  { name: 'strays', cause: 'publish_denied', presented: {}, proven: PUMP, action: 'suspended' },
  { name: 'has a will that is not its own', cause: 'will_denied', presented: {}, proven: PUMP, action: 'suspended' },
  { name: 'is a service', cause: 'subscribe_denied', presented: {}, proven: BACKEND, action: 'suspended' },
  {
    name: 'shows an old certificate',
    cause: 'certificate_superseded',
    presented: { identity: 'device:pump' },
    action: 'told',
  },
  { name: 'shows a revoked token', cause: 'token_revoked', presented: { identity: 'device:pump' }, action: 'told' },
] as const) {
  test(`noticed/who ${name}`, () => {
    const { told, refuse } = openScene({ reaction: 'suspend' })
    refuse(cause, presented, proven)
    expect(told).toMatchObject([{ sign: 'refusal_burst', action, evidence: { cause, refusals: 3 } }])
  })
}

for (const { name, cause, presented, proven } of [
  { name: 'is banned for flapping', cause: 'flapping', presented: {}, proven: PUMP },
  { name: 'shows an expired certificate', cause: 'certificate_expired', presented: { identity: 'device:pump' } },
  { name: 'has a name alone', cause: 'client_id_wrong', presented: { identity: 'device:pump' } },
  { name: 'has nothing', cause: 'certificate_revoked', presented: {} },
  { name: 'is an administrator', cause: 'certificate_revoked', presented: { identity: 'administrator:eva' } },
  { name: 'is on this machine', cause: 'client_id_wrong', presented: { address: '127.0.0.1' }, proven: PUMP },
  {
    name: 'is spoken of by EMQX',
    cause: 'certificate_revoked',
    presented: { surface: 'emqx', identity: 'device:pump' },
  },
  {
    name: 'stands for many clients',
    cause: 'publish_denied',
    presented: {},
    proven: { kind: 'device', id: 'gateway' },
  },
  { name: 'is nobody', cause: 'publish_denied', presented: {}, proven: { kind: 'anonymous', id: '_anonymous' } },
] as const) {
  test(`not noticed/who ${name}`, () => {
    const { told, refuse } = openScene({ reaction: 'suspend', shared: 'gateway' })
    refuse(cause, presented, proven)
    expect(told).toEqual([])
  })
}

for (const { name, presented, expected } of [
  { name: 'of nobody that is known', presented: {}, expected: [] },
  {
    name: 'of a service',
    presented: { identity: 'device:pump', keyOf: 'S' },
    expected: ['device pump', 'service holder'],
  },
  { name: 'of an administrator', presented: { identity: 'device:pump', keyOf: 'A' }, expected: ['device pump'] },
  { name: 'of its own', presented: { identity: 'device:holder', keyOf: 'D' }, expected: ['device holder'] },
  { name: 'that nobody in particular asked for', presented: { keyOf: 'D' }, expected: ['device holder'] },
]) {
  test(`a key ${name} is told of ${expected.join(' and ') || 'nobody'}`, () => {
    const { told, refuse } = openScene({ reaction: 'suspend' })
    refuse('key_in_use', { surface: 'https', ...presented })
    expect(told.map(({ kind, id }) => `${kind} ${id}`)).toEqual(expected)
    expect(told.every(({ action }) => action === 'told')).toBe(true)
  })
}

test('what is done is done to devices and services, as far as it may be in an hour', async () => {
  const clock = createTestClock()
  const done: string[] = []
  const audited: HubAct[] = []
  const suspended = new Set<string>()
  const change = async (id: string): Promise<never> => {
    done.push(`suspend ${id}`)
    if (id !== 'stubborn') suspended.add(id)
    return {} as never
  }
  const get = (id: string): never => ({ state: suspended.has(id) ? 'suspended' : 'active' }) as never
  const react = createReactions({
    devices: { get, change },
    services: { get, change },
    revocations: {
      markAll: (kind, id, reason) => async () => void done.push(`revoke ${kind} ${id} ${reason}`),
    },
    identityTokens: {
      activeOf: () => [{ id: 't1' }] as never,
      revoke: async (_kind, id, token) => void done.push(`revoke token ${token} of ${id}`),
    },
    legacy: {
      find: (id) => (id === 'old' ? ({} as never) : undefined),
      remove: async (id) => void done.push(`remove password of ${id}`),
    },
    audit: {
      byItself(act, work) {
        audited.push(act)
        return work()
      },
    },
    limits: { actsPerHour: 5 },
    inBackground: (work) => void work,
    clock: clock.now,
  })
  expect(react(PUMP as never, 'tell', 'refusal_burst')).toBe('told')
  expect(react({ kind: 'service', id: 'backend' }, 'suspend', 'refusal_burst')).toBe('suspended')
  expect(react({ kind: 'device', id: 'stubborn' }, 'suspend', 'refusal_burst')).toBe('told')
  expect(react({ kind: 'device', id: 'old' }, 'revoke', 'refusal_burst')).toBe('revoked')
  expect(react({ kind: 'service', id: 'backend' }, 'revoke', 'refusal_burst')).toBe('revoked')
  expect(done).toEqual([
    'suspend backend',
    'suspend stubborn',
    'revoke device old keyCompromise',
    'revoke token t1 of old',
    'remove password of old',
    'revoke service backend keyCompromise',
    'revoke token t1 of backend',
  ])
  expect(audited).toEqual([
    { action: 'compromise.suspend', object: 'service backend refusal_burst' },
    { action: 'compromise.suspend', object: 'device stubborn refusal_burst' },
    { action: 'compromise.revoke', object: 'device old refusal_burst' },
    { action: 'compromise.revoke', object: 'service backend refusal_burst' },
  ])
  expect(react({ kind: 'device', id: 'a' }, 'suspend', 'refusal_burst')).toBe('suspended')
  expect(react({ kind: 'device', id: 'b' }, 'suspend', 'refusal_burst')).toBe('told')
  clock.advance(3_600_001)
  expect(react({ kind: 'device', id: 'b' }, 'suspend', 'refusal_burst')).toBe('suspended')
})
