import { strFromU8, unzipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { createHarness, HTTPS, NOW } from '../api-harness.ts'
import { SECRET } from '../observation-double.ts'

const AT = NOW.toISOString()
const ROW = {
  deviceId: 'device-001',
  userId: 'user-1',
  state: 'active',
  policies: [],
  clientIds: ['spare'],
  createdAt: AT,
  legacy: { userName: 'old name', endsAt: AT },
  connected: true,
  connectedAt: AT,
  address: '192.0.2.7',
  lastSeenAt: AT,
  certificateEnds: AT,
}
const encode = (text: string): string => Buffer.from(text).toString('base64url')

test('the overview tells how the hub is, and null where nothing is known', async () => {
  const { status, body } = await createHarness().call('/api/overview')
  expect(status).toBe(200)
  expect(body).toMatchObject({
    version: '1.2.3',
    uptimeSeconds: 90,
    modes: { mqtt: 'mtls', api: 'token' },
    devices: { total: 3, connected: 2, suspended: 1 },
    enrolments: { pending: 2 },
    refusalsLastHour: 4,
    certificates: {
      endingWithin30Days: 2,
      byWeek: [
        { from: AT, count: 1 },
        { from: '2026-03-08T12:00:00.000Z', count: 0 },
        { from: '2026-03-15T12:00:00.000Z', count: 1 },
      ],
    },
    process: { rss: 100, eventLoopDelay: { p50: 0.1, p99: 2 } },
    lastBackupAt: null,
    findings: [
      { check: 'database', status: 'failed', code: 'not_ready', values: { check: 'database' }, detail: 'Not ready' },
    ],
  })
})

describe('the history comes in columns of one length', () => {
  for (const { query, stepSeconds, steps } of [
    { query: '', stepSeconds: 10, steps: 360 },
    { query: '?range=1h', stepSeconds: 10, steps: 360 },
    { query: '?range=24h', stepSeconds: 300, steps: 288 },
  ]) {
    test(`of ${steps} steps${query && ` for ${query}`}`, async () => {
      const { body } = await createHarness().call(`/api/overview/history${query}`)
      const { at, series, ...rest } = body as {
        readonly at: readonly number[]
        readonly series: Readonly<Record<string, readonly unknown[]>>
      }
      expect(rest).toEqual({ startedAt: AT, stepSeconds })
      expect(at).toHaveLength(steps)
      expect(at.at(-1)).toBe(NOW.getTime() / 1000)
      expect(Object.values(series).map(({ length }) => length)).toEqual(Array.from({ length: 7 }, () => steps))
    })
  }

  test('and of no other range', async () => {
    expect(await createHarness().call('/api/overview/history?range=7d')).toMatchObject({ status: 400 })
  })
})

describe('a list of devices', () => {
  for (const { name, query, asked, nextCursor } of [
    {
      name: 'is by ids where nothing else is asked for',
      query: '',
      asked: { limit: 50, sort: 'id', order: 'asc' },
      nextCursor: encode('device-001'),
    },
    {
      name: 'goes on behind an id, as it did before there were other orders',
      query: `?q=dev&state=suspended&userId=user-1&limit=500&cursor=${encode('Ж:1')}`,
      asked: {
        search: 'dev',
        state: 'suspended',
        userId: 'user-1',
        limit: 500,
        sort: 'id',
        order: 'asc',
        after: { value: 'Ж:1', id: 'Ж:1' },
      },
      nextCursor: encode('device-001'),
    },
    {
      name: 'goes on behind what it is sorted by',
      query: `?sort=user&order=desc&connected=false&cursor=${encode('["user","desc","eva","a"]')}`,
      asked: { connected: false, limit: 50, sort: 'user', order: 'desc', after: { value: 'eva', id: 'a' } },
      nextCursor: encode('["user","desc","user-1","device-001"]'),
    },
  ]) {
    test(name, async () => {
      const { call, calls } = createHarness()
      expect(await call(`/api/devices${query}`)).toMatchObject({ status: 200, body: { items: [ROW], nextCursor } })
      expect(calls).toEqual([['deviceList.page', asked]])
    })
  }

  test('has a total only where it is asked for', async () => {
    const { call } = createHarness()
    expect((await call('/api/devices')).body).not.toHaveProperty('total')
    expect((await call('/api/devices?count=true')).body).toMatchObject({ total: 12 })
  })

  for (const { name, query } of [
    { name: 'a cursor of another order', query: `?sort=user&cursor=${encode('["user","desc","eva","a"]')}` },
    { name: 'a cursor of another sort', query: `?sort=user&cursor=${encode('["state","asc","active","a"]')}` },
    { name: 'a cursor that is none', query: '?sort=user&cursor=abc' },
    { name: 'a sort that there is not', query: '?sort=colour' },
    { name: 'more than a page', query: '?limit=501' },
  ]) {
    test(`is refused with ${name}, and nothing is read`, async () => {
      const { call, calls } = createHarness()
      expect(await call(`/api/devices${query}`)).toMatchObject({ status: 400 })
      expect(calls).toEqual([])
    })
  }
})

test('a search tells what was found, and is refused without a word', async () => {
  const { call, calls } = createHarness()
  expect(await call('/api/search?q=%20dev%20')).toMatchObject({
    status: 200,
    body: { items: [{ kind: 'device', id: 'device-001', matched: 'id', text: 'device of user-1' }] },
  })
  expect(calls).toEqual([['search', 'dev']])
  for (const query of ['', '?q=', '?q=%20', `?q=${'a'.repeat(257)}`])
    expect(await call(`/api/search${query}`), query).toMatchObject({ status: 400 })
})

test('denied topics are told, so many at most', async () => {
  const { call, calls } = createHarness()
  expect((await call('/api/diagnostics/denied-topics?limit=3')).body).toEqual({
    items: [{ kind: 'device', id: 'device-001', topicName: 'a/b', action: 'publish', count: 7, lastAt: AT }],
  })
  expect(calls).toEqual([['deniedTopics.list', 3]])
})

describe('the settings in force', () => {
  const settingsFor = async (as: 'admin' | 'auditor') => {
    const { text, body } = await createHarness().call('/api/config', { as })
    return { text, ...(body as { readonly items: readonly Record<string, unknown>[] }) }
  }

  test('are told with where each stands', async () => {
    const { items } = await settingsFor('admin')
    expect(items[1]).toEqual({
      key: 'data_dir',
      value: '/var/lib/signet',
      text: '/var/lib/signet',
      hidden: null,
      origin: { layer: 'file', place: 'config.yaml:3 data_dir' },
      default: './data',
      live: false,
      description: 'Where the data lie.',
    })
  })

  test('hide secrets, and passwords in addresses, from everybody', async () => {
    for (const as of ['admin', 'auditor'] as const) {
      const { text, items } = await settingsFor(as)
      expect(text).not.toContain(SECRET)
      expect(text).not.toContain('hunter2')
      expect(items[0]).toMatchObject({ value: null, text: null, hidden: 'secret' })
      expect(items[2]).toMatchObject({ value: 'https://eva:(hidden)@hub.example.com/', hidden: null })
    }
  })

  test('hide folders from those who are no administrators', async () => {
    expect((await settingsFor('auditor')).items[1]).toMatchObject({ value: null, text: null, hidden: 'administrators' })
  })
})

test('the CA is told with its chain, its list and its signer', async () => {
  const { body } = await createHarness().call('/api/ca/tree')
  expect(body).toMatchObject({
    current: {
      chain: [{ subject: 'CN=Signet CA', notAfter: AT }],
      hierarchy: 'single',
      revocationList: { path: '/pki/authorities/0a1b2c3d4e5f6071/ca.crl', number: 7, entries: 2, behind: false },
      ocspSignerEnds: AT,
    },
    retiring: null,
  })
})

describe('messages are watched', () => {
  for (const { query, asked } of [
    { query: '', asked: { topicFilter: '#' } },
    { query: '?topicFilter=a/%2B&deviceId=pump', asked: { topicFilter: 'a/+', deviceId: 'pump' } },
  ]) {
    test(`as a stream${query && ` for ${query}`}`, async () => {
      const { status, headers, text } = await createHarness().call(`/api/messages${query}`)
      expect({ status, type: headers.get('content-type') }).toEqual({ status: 200, type: 'text/event-stream' })
      expect(JSON.parse(text)).toEqual(asked)
    })
  }

  test('by no filter that a SUBSCRIBE could not have', async () => {
    for (const filter of ['a%23', '%23/a', '%00'])
      expect(await createHarness().call(`/api/messages?topicFilter=${filter}`), filter).toMatchObject({ status: 400 })
  })
})

describe('a support bundle', () => {
  const TOKEN = 'sgn_3f2a_QWxhZGRpbjpvcGVuIHNlc2FtZQ'

  test('is a zip archive of what the hub knows, with no secret in it', async () => {
    const refusal = {
      at: NOW,
      address: '192.0.2.7',
      surface: 'mqtts',
      cause: 'client_id_wrong',
      mend: 'use its id',
      count: 1,
      presented: { clientId: TOKEN, subject: '-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----' },
    } as const
    const { app } = createHarness({ refusals: { list: () => [refusal] } })
    const headers = { authorization: 'Bearer sgn_admin_secret' }
    const answer = await app.request('/api/diagnostics/support-bundle', { headers }, { origin: HTTPS })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="signet-support-2026-03-01T1200Z.zip"')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const files = Object.entries(unzipSync(new Uint8Array(await answer.arrayBuffer())))
    expect(files.map(([name]) => name).toSorted()).toEqual([
      'configuration.json',
      'events.json',
      'findings.json',
      'hub.json',
      'metrics.txt',
      'refusals.json',
    ])
    const text = files.map(([, octets]) => strFromU8(octets)).join('\n')
    for (const kept of [
      '"machine"',
      'signet_up 1',
      '"data_dir"',
      'client_id_wrong',
      'device.connected',
      '5 MiB of 9 MiB',
    ])
      expect(text).toContain(kept)
    for (const secret of [SECRET, 'hunter2', TOKEN, 'QWxhZGRpbjpvcGVuIHNlc2FtZQ', 'MHcCAQEE', 'PRIVATE KEY'])
      expect(text).not.toContain(secret)
  })
})
