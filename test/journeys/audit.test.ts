import { createHash } from 'node:crypto'
import { join } from 'node:path'
import SQLite from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

describe('an auditor', () => {
  test('reads who changed what, from where, and what came of it', async () => {
    await using hub = await startTestHub()
    const operator = (await hub.api('POST', '/api/tokens', { body: { name: 'ops', role: 'operator' } })).json()
    await hub.api('POST', '/api/devices', { body: { deviceId: 'device-001' }, token: operator.token })
    const issued = await hub.api('POST', '/api/devices/certificates/device-001', { token: operator.token })
    await hub.api('PUT', '/api/policies/all', { body: { rules: [] }, token: operator.token })
    await hub.api('DELETE', '/api/devices/certificates/device-001', { token: operator.token })
    const actor = `token:${operator.id} ops`
    const from = { role: 'operator', surface: 'https', address: expect.stringMatching(/^(127\.0\.0\.1|::1)$/) }
    expect(await entriesOf(hub)).toMatchObject([
      { actor, ...from, action: 'device.revoke', object: 'device-001', result: 'done' },
      { actor, ...from, action: 'policy.set', object: 'all', result: 'forbidden' },
      { actor, ...from, action: 'device.issue', object: 'device-001', requestId: issued.headers['x-request-id'] },
      { actor, ...from, action: 'device.create', object: 'device-001', result: 'done' },
      { action: 'token.create', object: 'ops', result: 'done', role: 'admin' },
    ])
    const found = (await hub.api('GET', '/api/audit?action=device.issue&limit=1')).json()
    expect(found.items).toHaveLength(1)
  })

  test('finds what was done between two times', async () => {
    await using hub = await startTestHub()
    const times: string[] = []
    for (const deviceId of ['a1', 'a2', 'a3']) {
      await hub.api('POST', '/api/devices', { body: { deviceId } })
      hub.clock.advance(30_000)
      times.push(hub.clock.now().toISOString())
      hub.clock.advance(30_000)
    }
    const [since, until] = times
    const objectsOf = async (query: string) => (await entriesOf(hub, query)).map(({ object }) => object)
    expect(await objectsOf(`?since=${since}`)).toEqual(['a3', 'a2'])
    expect(await objectsOf(`?until=${until}`)).toEqual(['a2', 'a1'])
    expect(await objectsOf(`?since=${since}&until=${until}`)).toEqual(['a2'])
    expect((await hub.api('GET', '/api/audit?since=yesterday')).status).toBe(400)
  })

  test('sees which entry somebody has changed in the database', async () => {
    await using hub = await startTestHub()
    for (const deviceId of ['a1', 'a2', 'a3']) await hub.api('POST', '/api/devices', { body: { deviceId } })
    {
      using stack = new DisposableStack()
      const database = stack.adopt(new SQLite(join(hub.dataDir, 'hub.db')), (open) => void open.close())
      database.exec("drop trigger audit_entries_are_final; update audit_entries set object = 'x' where number = 2")
    }
    const verdict = (await hub.api('GET', '/api/audit/verification')).json()
    expect(verdict).toMatchObject({ ok: false, brokenAt: 2, isFound: null })
  })

  test('finds nothing of secrets', async () => {
    await using hub = await startTestHub()
    const { token } = (await hub.api('POST', '/api/tokens', { body: { name: 'ops', role: 'operator' } })).json()
    const { key } = await hub.enrol('device-001')
    const { text } = await hub.api('GET', '/api/audit/export')
    expect(text).not.toContain(token.split('_').at(-1))
    expect(text).not.toContain(key.split('\n')[1])
  })

  test('can check the chain with nothing but SHA-256', async () => {
    await using hub = await startTestHub()
    for (const id of ['a1', 'a2', 'a3']) await hub.enrol(id)
    const { text, headers } = await hub.api('GET', '/api/audit/export')
    expect(headers['content-type']).toBe('application/x-ndjson')
    const entries = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(entries.map(({ number }) => number)).toEqual([1, 2, 3])
    let previousHash = ''
    for (const { hash, ...entry } of entries) {
      const { number, at, actor, role, action, object, surface, address, result, requestId } = entry
      const fields = [number, at, actor, role, action, object, surface, address, result, requestId, previousHash]
      expect(hash).toBe(createHash('sha256').update(JSON.stringify(fields)).digest('hex'))
      previousHash = hash
    }
    expect((await hub.api('GET', `/api/audit/verification?hash=${previousHash}`)).json()).toEqual({
      ok: true,
      entries: 3,
      head: previousHash,
      brokenAt: null,
      missingBefore: null,
      isFound: true,
    })
    const other = (await hub.api('GET', `/api/audit/verification?hash=${'0'.repeat(64)}`)).json()
    expect(other).toMatchObject({ ok: false, isFound: false })
    expect((await hub.api('GET', '/api/audit/verification?hash=x')).status).toBe(400)
  })

  test('is told nothing of what is only read, and of a message that is published', async () => {
    await using hub = await startTestHub()
    await hub.api('GET', '/api/devices')
    await hub.api('POST', '/api/publish', { body: { topicName: 'a', payload: '' } })
    expect(await entriesOf(hub)).toEqual([])
  })

  test('is told of the overlaps that the hub ends, those of a sweep in one entry', async () => {
    await using hub = await startTestHub()
    for (const id of ['a1', 'a2']) {
      for (const _ of [1, 2]) await hub.api('POST', `/api/devices/certificates/${id}`, { body: { overlapHours: 1 } })
    }
    hub.clock.advance(3_600_000)
    for (const _ of [1, 2]) await hub.hub.sweep()
    expect(await entriesOf(hub, '?action=certificate.overlap.end')).toMatchObject([
      { actor: 'hub', role: null, object: 'a1 a2', surface: 'hub', address: 'hub', result: 'done', requestId: null },
    ])
  })

  test('sees what is older than audit.keep forgotten, and that it was', async () => {
    await using hub = await startTestHub({ settings: { audit: { keep: '1d' } } })
    await hub.enrol('a1')
    hub.clock.advance(86_400_000)
    await hub.enrol('a2')
    hub.clock.advance(1000)
    await hub.hub.sweep()
    expect(await entriesOf(hub)).toMatchObject([{ action: 'audit.forget', object: '1' }, { object: 'a2' }])
    expect((await hub.api('GET', '/api/audit/verification')).json()).toMatchObject({ ok: true, entries: 2 })
  })
})

test('a sweep that cannot forget what is older says so in the log, and does the rest', async () => {
  await using hub = await startTestHub({ settings: { audit: { keep: '1d' } } })
  await hub.enrol('a1')
  hub.clock.advance(2 * 86_400_000)
  using stack = new DisposableStack()
  const other = stack.adopt(new SQLite(join(hub.dataDir, 'hub.db')), (open) => void open.close())
  other.exec('begin immediate')
  await hub.hub.sweep()
  other.exec('rollback')
  expect(hub.log.text).toContain('Background work failed')
  expect((await hub.api('GET', '/readyz')).status).toBe(200)
})

test('an administrator is named by the certificate, a program of this machine by its socket', async () => {
  await using hub = await startTestHub({ settings: { api: { auth: 'mtls_or_token' } } })
  const eva = (await hub.api('POST', '/api/admin-certificates', { body: { name: 'eva' } })).json()
  const credentials = { cert: eva.clientCert, key: eva.clientKey }
  await hub.api('POST', '/api/devices', { body: { deviceId: 'a1' }, token: null, credentials })
  await hub.hub.fetch(new Request('https://hub/api/devices/a1', { method: 'DELETE' }))
  expect(await entriesOf(hub)).toMatchObject([
    { actor: 'local', surface: 'socket', action: 'device.delete', object: 'a1' },
    { actor: 'administrator:eva', surface: 'https', action: 'device.create', object: 'a1' },
    { action: 'administrator.issue', object: 'eva' },
  ])
})

async function entriesOf(hub: TestHub, query = ''): Promise<{ readonly object: string }[]> {
  return (await hub.api('GET', `/api/audit${query}`)).json().items
}
