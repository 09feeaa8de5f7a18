import { describe, expect, test } from 'vitest'
import { REFUSAL_MENDS, type Refusal, type RefusalCause } from '../../src/refusal.ts'
import { createRefusalRing, type RecordedRefusal } from '../../src/registry/refusal-ring.ts'
import { NOON } from './registry-scene.ts'

interface Ring {
  readonly record: (changes?: Partial<Refusal>) => void
  readonly list: () => readonly RecordedRefusal[]
  readonly announced: readonly RecordedRefusal[]
}

function createRing(bounds: { capacity?: number; capacityPerSubject?: number } = {}): Ring {
  let seconds = 0
  const announced: RecordedRefusal[] = []
  const ring = createRefusalRing({
    clock: () => new Date(NOON.getTime() + seconds++ * 1000),
    onNew: (refusal) => announced.push(refusal),
    ...bounds,
  })
  const refusal: Refusal = { address: '10.0.0.1', surface: 'mqtts', cause: 'certificate_missing' }
  return { record: (changes) => ring.record({ ...refusal, ...changes }), list: ring.list, announced }
}

test('a refusal is told with its time, its count and what mends it', () => {
  const { record, list } = createRing()
  record({ presented: { clientId: 'x' }, expected: 'pump' })
  expect(list()).toEqual([
    {
      at: NOON,
      address: '10.0.0.1',
      surface: 'mqtts',
      cause: 'certificate_missing',
      mend: REFUSAL_MENDS.certificate_missing,
      count: 1,
      presented: { clientId: 'x' },
      expected: 'pump',
    },
  ])
})

test('equal refusals are one entry with a count, the latest time and what was presented last', () => {
  const { record, list, announced } = createRing()
  record({ presented: { clientId: 'first' } })
  record({ address: '10.0.0.2' })
  record({ presented: { clientId: 'last' } })
  expect(list()).toMatchObject([
    { address: '10.0.0.1', count: 2, at: new Date(NOON.getTime() + 2000), presented: { clientId: 'last' } },
    { address: '10.0.0.2', count: 1 },
  ])
  expect(announced.map(({ address, count }) => [address, count])).toEqual([
    ['10.0.0.1', 1],
    ['10.0.0.2', 1],
  ])
})

describe('refusals that differ are entries of their own:', () => {
  for (const { name, changes } of [
    { name: 'in their address', changes: { address: '10.0.0.2' } },
    { name: 'in their surface', changes: { surface: 'https' } },
    { name: 'in their cause', changes: { cause: 'token_missing' } },
    { name: 'in whose they are', changes: { presented: { identity: 'device:pump' } } },
  ] as const) {
    test(name, () => {
      const { record, list } = createRing()
      record()
      record(changes)
      expect(list()).toHaveLength(2)
    })
  }
})

describe('whose a refusal is', () => {
  const causes = (named: readonly RefusalCause[], proven: boolean) => named.map((cause) => ({ cause, proven }))
  for (const { cause, proven } of [
    ...causes(
      [
        'certificate_expired',
        'certificate_kind_wrong',
        'certificate_not_yet_valid',
        'certificate_revoked',
        'certificate_superseded',
        'certificate_unknown',
        'common_name_wrong',
        'identity_suspended',
      ],
      true,
    ),
    ...causes(
      [
        'issuer_unknown',
        'certificate_signature_invalid',
        'chain_invalid',
        'purpose_wrong',
        'protocol_version_unsupported',
        'connect_timeout',
        'connect_invalid',
        'connect_too_large',
      ],
      false,
    ),
  ]) {
    test(`${cause} is told for each ${proven ? 'certificate of our CA' : "address: a stranger's certificate proves nothing"}`, () => {
      const { record, list, announced } = createRing()
      for (const fingerprint of ['AA', 'BB', 'CC']) record({ cause, presented: { fingerprint } })
      expect(list()).toHaveLength(proven ? 3 : 1)
      expect(announced).toHaveLength(proven ? 3 : 1)
    })
  }

  test("is the identity's, where one was established", () => {
    const { record, list } = createRing()
    for (const fingerprint of ['AA', 'BB']) {
      record({ cause: 'client_id_wrong', presented: { identity: 'device:pump', fingerprint } })
    }
    record({ cause: 'client_id_wrong', presented: { identity: 'device:valve', fingerprint: 'AA' } })
    expect(list()).toMatchObject([
      { presented: { identity: 'device:valve' }, count: 1 },
      { presented: { identity: 'device:pump' }, count: 2 },
    ])
  })
})

describe('the ring is bounded:', () => {
  test('the oldest entry goes first, and one that is repeated is no longer the oldest', () => {
    const { record, list } = createRing({ capacity: 3 })
    for (const address of ['a', 'b', 'c', 'a', 'd']) record({ address })
    expect(list().map(({ address, count }) => `${address}${count}`)).toEqual(['d1', 'a2', 'c1'])
  })

  test('one subject pushes out its own entries only', () => {
    const { record, list } = createRing({ capacity: 10, capacityPerSubject: 2 })
    record({ address: 'quiet' })
    const presented = { identity: 'device:loud' }
    for (const address of ['a', 'b', 'c', 'a', 'd']) record({ address, cause: 'publish_denied', presented })
    expect(list().map(({ address }) => address)).toEqual(['d', 'a', 'quiet'])
  })

  test('an entry that was pushed out begins anew, and is announced anew', () => {
    const { record, list, announced } = createRing({ capacity: 1 })
    for (const address of ['a', 'a', 'b', 'a']) record({ address })
    expect(list()).toMatchObject([{ address: 'a', count: 1 }])
    expect(announced.map(({ address }) => address)).toEqual(['a', 'b', 'a'])
  })

  test('by 10,000 entries in all and 100 a subject', () => {
    const { record, list } = createRing()
    const presented = { identity: 'device:loud' }
    for (let index = 0; index < 101; index++) record({ address: `x${index}`, cause: 'publish_denied', presented })
    expect(list()).toHaveLength(100)
    for (let index = 0; index < 10_001; index++) record({ address: `y${index}` })
    expect(list()).toHaveLength(10_000)
    expect(list().some(({ address }) => address.startsWith('x'))).toBe(false)
  })
})

test('the total of each cause is kept when its entries are gone', () => {
  const ring = createRefusalRing({ clock: () => NOON, capacity: 1 })
  for (const address of ['a', 'a', 'b']) ring.record({ address, surface: 'mqtts', cause: 'hub_over_limit' })
  ring.record({ address: 'c', surface: 'mqtts', cause: 'packet_too_large' })
  expect(ring.totals()).toEqual([
    { surface: 'mqtts', cause: 'hub_over_limit', count: 3 },
    { surface: 'mqtts', cause: 'packet_too_large', count: 1 },
  ])
})

test('what was presented is cut to what an operator reads: the ring has ten thousand places', () => {
  const { record, list } = createRing()
  record({ presented: { topic: 'x'.repeat(65_535), clientId: 'y'.repeat(256) } })
  expect(list()[0]?.presented).toEqual({ topic: `${'x'.repeat(256)}…`, clientId: 'y'.repeat(256) })
})

test('what would have been accepted is filled in by the cause, where the one who refused does not say it', () => {
  const ring = createRefusalRing({ clock: () => NOON, expectations: () => ({ certificate_missing: 'a certificate' }) })
  const refusal = { address: 'a', surface: 'mqtts', cause: 'certificate_missing' } as const
  ring.record(refusal)
  ring.record({ ...refusal, address: 'b', expected: 'yours' })
  ring.record({ ...refusal, cause: 'connect_timeout' })
  expect(ring.list().map(({ expected }) => expected)).toEqual([undefined, 'yours', 'a certificate'])
})

test('repetitions are told apart from what is new', () => {
  const told: string[] = []
  const ring = createRefusalRing({
    clock: () => NOON,
    onNew: ({ cause }) => told.push(`new ${cause}`),
    onAgain: ({ count }) => told.push(`again ${count}`),
  })
  for (let time = 0; time < 3; time++) ring.record({ address: 'a', surface: 'mqtts', cause: 'flapping' })
  expect(told).toEqual(['new flapping', 'again 2', 'again 3'])
})

test('nobody has to listen', () => {
  const ring = createRefusalRing({ clock: () => NOON })
  ring.record({ address: 'a', surface: 'emqx', cause: 'emqx_body_empty' })
  expect(ring.list()).toHaveLength(1)
})
