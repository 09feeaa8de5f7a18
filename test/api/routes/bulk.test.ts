import { describe, expect, test } from 'vitest'
import { MAX_BULK_OCTETS } from '../../../src/api/bulk/read-ahead.ts'
import { DomainError } from '../../../src/errors.ts'
import { authority, type Call, createHarness } from '../api-harness.ts'

const PATH = '/api/devices/bulk'

function send(body: string, call: Call = {}, query = '') {
  const harness = createHarness()
  const headers = { 'content-type': 'application/x-ndjson', ...call.headers }
  return { ...harness, answer: harness.call(`${PATH}${query}`, { method: 'POST', body, ...call, headers }) }
}

function readLines(text: string): readonly Record<string, unknown>[] {
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

describe('POST /api/devices/bulk', () => {
  test('answers a line for each row, between what all need and the counts', async () => {
    const { answer, handOverCalls } = send('{"deviceId":"pump","userId":"ann"}\n')
    const { status, headers, text } = await answer
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('application/x-ndjson')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(readLines(text)).toEqual([
      { status: 'begun', caCert: authority.caCertificatePem, brokerUrl: 'hub.example.com', mqttSecurePort: 8883 },
      {
        line: 1,
        deviceId: 'pump',
        status: 'issued',
        clientCert: 'CERTIFICATE PEM',
        clientKey: 'PRIVATE KEY PEM',
        fingerprint: expect.any(String),
        notAfter: expect.any(String),
      },
      { status: 'finished', counts: { issued: 1 } },
    ])
    const wishes = { as: 'keys', onExisting: 'rotate', dryRun: false }
    expect(handOverCalls).toEqual([['bulk.create', { deviceId: 'pump', userId: 'ann' }, wishes]])
  })

  test('takes CSV, and the wishes of the query', async () => {
    const query = '?as=claims&onExisting=skip&dryRun=true&expiresAt=2026-04-01T00:00:00Z'
    const { answer, handOverCalls } = send(
      'deviceId,csr\npump,PEM\n',
      { headers: { 'content-type': 'text/csv; charset=utf-8' } },
      query,
    )
    expect(await answer).toMatchObject({ status: 200 })
    const wishes = { as: 'claims', onExisting: 'skip', dryRun: true, expiresAt: new Date('2026-04-01T00:00:00Z') }
    expect(handOverCalls).toEqual([['bulk.create', { deviceId: 'pump', request: Buffer.from('PEM') }, wishes]])
  })

  test('tells what is wrong with a row by its line, and does the others', async () => {
    const rows = [
      '{"deviceId":"taken"}',
      '{"deviceId":"bad id"}',
      '{"deviceId":"pump","colour":"red"}',
      'none',
      '7',
      '{"deviceId":"fan"}',
    ]
    const lines = readLines((await send(rows.join('\n')).answer).text).slice(1)
    expect(lines).toMatchObject([
      { line: 1, deviceId: 'taken', status: 'failed', code: 'certificate_exists' },
      { line: 2, deviceId: 'bad id', status: 'failed', code: 'invalid_id' },
      { line: 3, deviceId: 'pump', status: 'failed', code: 'bad_request', detail: expect.stringContaining('colour') },
      { line: 4, status: 'failed', code: 'bad_request' },
      { line: 5, status: 'failed', code: 'bad_request' },
      { line: 6, deviceId: 'fan', status: 'issued' },
      { status: 'finished', counts: { failed: 5, issued: 1 } },
    ])
  })

  test('tells how far it is every hundred rows', async () => {
    const rows = Array.from({ length: 250 }, (_, index) => `{"deviceId":"pump-${index}"}`)
    const lines = readLines((await send(rows.join('\n')).answer).text)
    expect(lines.filter(({ status }) => status === 'progress')).toEqual([
      { status: 'progress', counts: { issued: 100 } },
      { status: 'progress', counts: { issued: 200 } },
    ])
    expect(lines.at(-1)).toEqual({ status: 'finished', counts: { issued: 250 } })
  })

  test('ends at what is no fault of a row, which is logged whole and told in its last line', async () => {
    const { answer, lines: logged } = send('{"deviceId":"pump"}\n{"deviceId":"cursed"}\n{"deviceId":"fan"}\n')
    const lines = readLines((await answer).text)
    expect(lines.at(-1)).toMatchObject({ status: 'failed', code: 'internal_error', counts: { issued: 1 } })
    expect(lines.at(-1)).not.toHaveProperty('line')
    expect(logged).toMatchObject([{ msg: 'A request failed', err: { message: 'the disk is gone' } }])
  })

  test('tells the cause of a failure that has a name', async () => {
    const full = new DomainError('store_full', 'The disk is full')
    const { call, lines } = createHarness({ explainFailure: () => full })
    const headers = { 'content-type': 'application/x-ndjson' }
    const { text } = await call(PATH, { method: 'POST', body: '{"deviceId":"cursed"}', headers })
    expect(readLines(text).at(-1)).toEqual({
      status: 'failed',
      code: 'store_full',
      detail: 'The disk is full',
      counts: {},
    })
    expect(lines).toEqual([])
  })

  test('takes no body for an empty table', async () => {
    const { call } = createHarness()
    const { text } = await call(PATH, { method: 'POST', headers: { 'content-type': 'text/csv' } })
    expect(readLines(text).at(-1)).toEqual({ status: 'finished', counts: {} })
  })

  for (const { name, call, query, status } of [
    { name: 'JSON', call: { headers: { 'content-type': 'application/json' } }, status: 415 },
    { name: 'an unknown wish', call: {}, query: '?as=tokens', status: 400 },
    {
      name: 'a table that says it is too long',
      call: { headers: { 'content-length': `${MAX_BULK_OCTETS + 1}` } },
      status: 413,
    },
    { name: 'an auditor', call: { as: 'auditor' }, status: 403 },
    { name: 'nobody', call: { as: 'nobody' }, status: 401 },
  ] as const) {
    test(`refuses ${name} before anything is made`, async () => {
      const { answer, handOverCalls } = send('{"deviceId":"pump"}', call, query)
      expect(await answer).toMatchObject({ status })
      expect(handOverCalls).toEqual([])
    })
  }

  test('has nothing to do for an empty body', async () => {
    const { answer } = send('')
    expect(readLines((await answer).text).at(-1)).toEqual({ status: 'finished', counts: {} })
  })
})
