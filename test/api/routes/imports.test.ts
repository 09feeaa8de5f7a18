import { describe, expect, test } from 'vitest'
import type { ImportUndo } from '../../../src/registry/import/import-undo.ts'
import type { Imports } from '../../../src/registry/import/imports.ts'
import { countEventLoopTurns } from '../../support/event-loop-turns.ts'
import { createHarness, NOW } from '../api-harness.ts'
import { FINGERPRINT } from '../registry-double.ts'

const HASH = { algorithm: 'sha256', digest: Buffer.alloc(32).toString('base64'), salt: '', saltPosition: 'prefix' }
const REASON = { code: 'certificate_expired', detail: 'd', mend: 'm' } as const
const POLICY = { name: 'p', rules: [], clientId: 'own' } as const

describe('POST /api/import', () => {
  test('is a dry run unless it is told otherwise', async () => {
    const { call, calls } = createHarness()
    const answer = await call('/api/import', { method: 'POST', json: {} })
    expect(answer).toMatchObject({ status: 200, body: { applied: false, policies: [], devices: [] } })
    expect(calls).toEqual([['imports.run', { policies: [], devices: [] }, true]])
  })

  test('hands on the fleet as it is written, names that are no ids included', async () => {
    const { call, calls } = createHarness()
    const device = {
      deviceId: 'a b',
      userId: 'ann',
      state: 'suspended',
      policies: ['p'],
      clientIds: ['x'],
      certificates: [{ fingerprint: 'ab' }, { pem: 'PEM' }],
      seen: { protocolVersion: 5, listener: 'tcp:default', encrypted: false },
      legacyCredential: { userName: 'u', hash: HASH },
    }
    const policies = [{ name: 'p', rules: [] }]
    await call('/api/import', { method: 'POST', json: { dryRun: false, policies, devices: [device] } })
    expect(calls).toEqual([['imports.run', { policies: [POLICY], devices: [device] }, false]])
    await call('/api/import', { method: 'POST', json: { devices: [{ deviceId: 'pump' }] } })
    expect(calls[1]).toEqual(['imports.run', { policies: [], devices: [{ deviceId: 'pump' }] }, true])
  })

  test('takes the date on which the passwords end, and says of a hash why it is none', async () => {
    const { call, calls } = createHarness()
    const costly = { algorithm: 'bcrypt', digest: `$2b$31$${'a'.repeat(53)}` }
    const devices = [
      { deviceId: 'a', legacyCredential: { userName: 'a', hash: HASH } },
      { deviceId: 'b', legacyCredential: { userName: 'b', hash: costly } },
      { deviceId: 'c', legacyCredential: { userName: '', hash: HASH } },
    ]
    const json = { passwordsUntil: '2027-03-31T18:00:00+02:00', devices }
    expect((await call('/api/import', { method: 'POST', json })).status).toBe(200)
    const [cost, name] = [
      'hash.digest: a cost of 4 to 14',
      'userName: 1 to 256 characters, none of them a control character',
    ]
    const asked = {
      passwordsUntil: new Date('2027-03-31T16:00:00Z'),
      policies: [],
      devices: [
        devices[0],
        { deviceId: 'b', legacyCredential: { userName: 'b', fault: cost } },
        { deviceId: 'c', legacyCredential: { userName: '', fault: name } },
      ],
    }
    expect(calls).toEqual([['imports.run', asked, true]])
    const bad = { passwordsUntil: '2027-02-30T00:00:00Z' }
    expect((await call('/api/import', { method: 'POST', json: bad })).status).toBe(400)
  })

  test('tells of a password all but its hash, as an undo takes it', async () => {
    const dates = { endsAt: '2027-03-31T16:00:00.000Z', savedAt: NOW.toISOString() }
    const before = { userName: 'old', endsAt: '2027-01-01T00:00:00.000Z', isSameHash: true }
    const device = { deviceId: 'a', action: 'updated', reasons: [], notes: [], registered: [] } as const
    const saved = { userName: 'u', endsAt: new Date(dates.endsAt), savedAt: NOW }
    const devices = [
      { ...device, password: saved },
      { ...device, password: { ...saved, before: { ...before, endsAt: new Date(before.endsAt) } } },
    ]
    const undone: unknown[] = []
    const imports: Imports & ImportUndo = {
      run: async () => ({ applied: true, policies: [], devices }),
      undo: async (report) => {
        undone.push(report)
        return { policies: [], devices: [] }
      },
    }
    const { call } = createHarness({ imports })
    const { body } = await call('/api/import', { method: 'POST', json: {} })
    expect(body).toMatchObject({
      devices: [{ password: { userName: 'u', ...dates } }, { password: { userName: 'u', ...dates, before } }],
    })
    await call('/api/import/undo', { method: 'POST', json: body })
    expect(undone).toEqual([{ policies: [], devices }])
  })

  test('answers what was done, device by device', async () => {
    const report = {
      applied: true,
      policies: [
        { name: 'p', action: 'updated', reasons: [REASON], before: POLICY },
        { name: 'q', action: 'created', reasons: [] },
      ],
      devices: [
        { deviceId: 'a', action: 'created', reasons: [REASON], notes: ['n'], registered: [FINGERPRINT] },
        {
          deviceId: 'b',
          action: 'unchanged',
          reasons: [],
          notes: [],
          registered: [],
          before: { state: 'active', policies: ['p'], clientIds: [] },
        },
      ],
    } as const
    const imports = { run: async () => report, undo: async () => ({ policies: [], devices: [] }) }
    const { call } = createHarness({ imports })
    expect((await call('/api/import', { method: 'POST', json: {} })).body).toEqual(report)
  })

  test('names what is wrong with a device by its place, however far down, and registers none', async () => {
    const { call, calls } = createHarness()
    const devices: object[] = Array.from({ length: 1_200 }, (_, index) => ({ deviceId: `d${index}` }))
    devices[700] = { deviceId: 'd700', certs: [] }
    devices[1_100] = { deviceId: 1_100 }
    const { status, body } = await call('/api/import', { method: 'POST', json: { devices } })
    expect(status).toBe(400)
    expect(body).toMatchObject({
      code: 'bad_request',
      errors: [
        { path: 'devices.700.certs', message: 'Unknown property' },
        { path: 'devices.1100.deviceId', message: expect.stringMatching(/string/) },
      ],
    })
    expect(calls).toEqual([])
  })

  test('reads and answers a long fleet over many turns of the event loop', async () => {
    const ids = Array.from({ length: 1_200 }, (_, index) => `d${index}`)
    const none = { reasons: [], notes: [], registered: [] }
    const imports: Imports & ImportUndo = {
      run: async (request) => ({
        applied: true,
        policies: [],
        devices: request.devices.map(({ deviceId }) => ({ deviceId, action: 'created', ...none })),
      }),
      undo: async ({ devices }) => ({
        policies: [],
        devices: devices.map(({ deviceId }) => ({ name: deviceId, action: 'removed' })),
      }),
    }
    const { call } = createHarness({ imports })
    const devices = ids.map((deviceId) => ({ deviceId }))
    using turns = countEventLoopTurns()
    const { body } = await call('/api/import', { method: 'POST', json: { devices } })
    expect(turns.passed).toBeGreaterThanOrEqual(6)
    expect(body).toMatchObject({ devices })
    const undone = await call('/api/import/undo', { method: 'POST', json: body })
    expect(undone.body).toMatchObject({ devices: ids.map((name) => ({ name })) })
  })

  test('takes a fleet that is longer than any other body, and none past its own limit', async () => {
    const { call } = createHarness()
    const devices = Array.from({ length: 2 }, (_, index) => ({
      deviceId: `d${index}`,
      certificates: [{ pem: 'x'.repeat(1_000_000) }],
    }))
    expect((await call('/api/import', { method: 'POST', json: { devices } })).status).toBe(200)
    expect((await call('/api/devices', { method: 'POST', json: devices })).status).toBe(413)
    const headers = { 'content-type': 'application/json', 'content-length': '33554433' }
    expect((await call('/api/import', { method: 'POST', body: '{}', headers })).status).toBe(413)
  })

  test('is for administrators alone, and refuses what it does not know', async () => {
    const { call, calls } = createHarness()
    for (const path of ['/api/import', '/api/import/undo']) {
      expect((await call(path, { method: 'POST', as: 'operator', json: {} })).status).toBe(403)
    }
    expect((await call('/api/import', { method: 'POST', json: { deviecs: [] } })).status).toBe(400)
    expect(calls).toEqual([])
  })
})

describe('POST /api/import/undo', () => {
  test('takes the report as it was answered', async () => {
    const { call, calls } = createHarness()
    const report = {
      applied: true,
      leftOut: ['what the command line adds'],
      policies: [{ name: 'p', action: 'created', reasons: [REASON] }],
      devices: [{ deviceId: 'a', action: 'created', reasons: [REASON], notes: [], registered: [FINGERPRINT] }],
    }
    const answer = await call('/api/import/undo', { method: 'POST', json: report })
    expect(answer).toMatchObject({ status: 200, body: { policies: [], devices: [] } })
    const { policies, devices } = report
    const asked = { policies: [{ ...policies[0], reasons: [] }], devices: [{ ...devices[0], reasons: [] }] }
    expect(calls).toEqual([['imports.undo', asked]])
  })

  test('answers what was taken back', async () => {
    const undone = {
      policies: [{ name: 'p', action: 'removed' }],
      devices: [{ name: 'a', action: 'kept', detail: 'why' }],
    } as const
    const imports = { run: async () => ({ applied: false, policies: [], devices: [] }), undo: async () => undone }
    const { call } = createHarness({ imports })
    const answer = await call('/api/import/undo', { method: 'POST', json: { policies: [], devices: [] } })
    expect(answer.body).toEqual(undone)
  })
})

describe('/api/certificates', () => {
  test('lists what is asked for', async () => {
    const { call, calls } = createHarness()
    const query = 'state=expired&deviceId=pump&expiresBefore=2027-01-31T00:00:00%2B01:00&limit=7'
    const answer = await call(`/api/certificates?${query}`, { as: 'auditor' })
    expect(answer.body).toMatchObject({
      items: [{ kind: 'device', subjectId: 'device-001', state: 'active', fingerprint: FINGERPRINT, subject: null }],
      nextCursor: null,
    })
    const expiresBefore = new Date('2027-01-30T23:00:00Z')
    expect(calls).toEqual([['certificates.list', { state: 'expired', subjectId: 'pump', expiresBefore, limit: 7 }]])
    expect((await call('/api/certificates?state=lost')).status).toBe(400)
    await call('/api/certificates')
    expect(calls[1]).toEqual(['certificates.list', { limit: 50 }])
  })

  test('searches by the names of a certificate in any spelling, by kind and by end', async () => {
    const { call, calls } = createHarness()
    const fingerprint = FINGERPRINT.replaceAll(':', '').toLowerCase()
    await call(`/api/certificates?fingerprint=${fingerprint}&serialNumber=4a:0b&kind=server`)
    await call('/api/certificates?expiresAfter=2027-01-31T00:00:00Z')
    expect(calls).toEqual([
      ['certificates.list', { fingerprint: FINGERPRINT, serialNumber: '4A0B', kind: 'server', limit: 50 }],
      ['certificates.list', { expiresAfter: new Date('2027-01-31T00:00:00Z'), limit: 50 }],
    ])
    for (const query of ['fingerprint=AB', 'serialNumber=x', 'kind=node', 'expiresAfter=soon']) {
      expect((await call(`/api/certificates?${query}`)).status, query).toBe(400)
    }
  })

  test('approves and rejects by any spelling of the fingerprint', async () => {
    const { call, calls } = createHarness()
    const path = `/api/certificates/${FINGERPRINT.replaceAll(':', '').toLowerCase()}`
    const approved = await call(`${path}/approve`, { method: 'POST', as: 'operator', json: { userId: 'ann' } })
    expect(approved.body).toMatchObject({ fingerprint: FINGERPRINT, isValid: true, createdAt: NOW.toISOString() })
    expect((await call(`${path}/approve`, { method: 'POST' })).status).toBe(200)
    expect((await call(`${path}/reject`, { method: 'POST' })).status).toBe(200)
    expect(calls).toEqual([
      ['approve', FINGERPRINT, 'ann'],
      ['approve', FINGERPRINT, undefined],
      ['reject', FINGERPRINT],
    ])
    expect((await call(`${path}/approve`, { method: 'POST', as: 'auditor' })).status).toBe(403)
    expect((await call('/api/certificates/AB/approve', { method: 'POST' })).status).toBe(400)
  })

  test('holds and releases, and says whether an administrator asks', async () => {
    const { call, calls } = createHarness()
    const path = `/api/certificates/${FINGERPRINT.replaceAll(':', '').toLowerCase()}`
    const held = await call(`${path}/hold`, { method: 'POST', as: 'operator' })
    expect(held).toMatchObject({ status: 200, body: { state: 'held', subjectId: 'device-001' } })
    expect((await call(`${path}/unhold`, { method: 'POST' })).body).toMatchObject({ state: 'active' })
    expect(calls).toEqual([
      ['hold', FINGERPRINT, false],
      ['unhold', FINGERPRINT, true],
    ])
    for (const word of ['hold', 'unhold']) {
      expect((await call(`${path}/${word}`, { method: 'POST', as: 'auditor' })).status).toBe(403)
      expect((await call(`/api/certificates/AB/${word}`, { method: 'POST' })).status).toBe(400)
    }
  })
})
