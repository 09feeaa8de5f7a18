import { describe, expect, test } from 'vitest'
import { createHarness, HTTPS } from '../api-harness.ts'

const PATH = '/api/devices/certificates/validate'
const CONNECT = { clientid: 'device-001', username: '', cert_common_name: 'device-001', cert_pem: 'MIIB+/=' }
const FORM = 'application/x-www-form-urlencoded'
const JSON_TYPE = 'application/json'

describe("EMQX's question", () => {
  const rows: readonly {
    name: string
    type?: string
    body?: RequestInit['body']
    connect: unknown
    length?: string
  }[] = [
    { name: 'as JSON', type: JSON_TYPE, body: JSON.stringify(CONNECT), connect: CONNECT },
    {
      name: 'as JSON with a charset',
      type: 'application/json;charset=utf-8',
      body: JSON.stringify(CONNECT),
      connect: CONNECT,
    },
    { name: 'as JSON without a type', body: new TextEncoder().encode(JSON.stringify(CONNECT)), connect: CONNECT },
    { name: 'as a form', type: FORM, body: new URLSearchParams(CONNECT).toString(), connect: CONNECT },
    {
      name: 'with fields of its administrator',
      type: JSON_TYPE,
      body: '{"clientid":"a","peerhost":"1"}',
      connect: { clientid: 'a' },
    },
    {
      name: 'with null for what is absent',
      type: JSON_TYPE,
      body: '{"clientid":"a","cert_pem":null}',
      connect: { clientid: 'a' },
    },
    { name: 'with a number for a string', type: JSON_TYPE, body: '{"clientid":1,"cert_pem":"MIIB"}', connect: {} },
    { name: 'without a body', connect: {} },
    { name: 'with an empty body', type: JSON_TYPE, body: '', connect: {} },
    { name: 'with malformed JSON', type: JSON_TYPE, body: '{"clientid":', connect: {} },
    { name: 'with an array', type: JSON_TYPE, body: '[]', connect: {} },
    { name: 'with null', type: JSON_TYPE, body: 'null', connect: {} },
    { name: 'with text', type: 'text/plain', body: 'hello', connect: {} },
    { name: 'with octets that are no text', type: JSON_TYPE, body: new Uint8Array([0xff, 0xfe, 0x00]), connect: {} },
    { name: 'over 1 MiB', type: JSON_TYPE, body: JSON.stringify({ cert_pem: 'x'.repeat(1_048_577) }), connect: {} },
    { name: 'declared over 1 MiB', type: JSON_TYPE, body: '{}', length: '9999999', connect: {} },
  ]
  for (const { name, type, body, connect, length } of rows) {
    for (const as of ['validator', 'admin'] as const) {
      test(`${name} is answered 200 with a verdict to the ${as}`, async () => {
        const { call, connects, refusals } = createHarness()
        const headers = {
          ...(type === undefined ? {} : { 'content-type': type }),
          ...(length === undefined ? {} : { 'content-length': length }),
        }
        const answer = await call(PATH, { method: 'POST', as, body: body ?? null, headers })
        expect(answer.status).toBe(200)
        expect(answer.headers.get('content-type')).toBe('application/json')
        const result = connect === CONNECT ? 'allow' : 'deny'
        expect(answer.body).toEqual({ result, is_superuser: false })
        expect(connects).toEqual([{ connect, address: HTTPS.address }])
        expect(refusals).toEqual([])
      })
    }
  }

  test('whose body never ends well is answered all the same', async () => {
    const { call, connects } = createHarness()
    const body = new ReadableStream({ pull: (controller) => controller.error(new Error('reset')) })
    const answer = await call(PATH, { method: 'POST', as: 'validator', body })
    expect(answer).toMatchObject({ status: 200, body: { result: 'deny', is_superuser: false } })
    expect(connects).toEqual([])
  })

  test('is denied with 200 and logged when the registry fails', async () => {
    const emqx = {
      authenticate() {
        throw new Error('database is locked')
      },
    }
    const { call, lines } = createHarness({ emqx })
    const answer = await call(PATH, { method: 'POST', as: 'validator', json: CONNECT })
    expect(answer).toMatchObject({ status: 200, body: { result: 'deny', is_superuser: false } })
    expect(lines).toMatchObject([{ level: 'error', err: { message: 'database is locked' } }])
  })

  test('is not told from the way to a device called validate', async () => {
    const answer = await createHarness().call(PATH)
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_id' } })
  })
})
