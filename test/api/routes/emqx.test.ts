import { describe, expect, test } from 'vitest'
import type { EmqxConnect } from '../../../src/registry/emqx-authenticator.ts'
import { createHarness, HTTPS } from '../api-harness.ts'

const PATH = '/api/devices/certificates/validate'
const CONNECT = { clientid: 'device-001', username: '', cert_common_name: 'device-001', cert_pem: 'MIIB+/=' }
/** The empty user name is none. */
const { username: _none, ...READ } = CONNECT
const FORM = 'application/x-www-form-urlencoded'
const JSON_TYPE = 'application/json'

const fail = (): never => {
  throw new Error('database is locked')
}
const FAILING = { authenticate: fail, authorize: fail }

describe("EMQX's question", () => {
  const rows: readonly {
    name: string
    type?: string
    body?: RequestInit['body']
    /** None: it cannot be read. */
    connect?: EmqxConnect
    length?: string
  }[] = [
    { name: 'as JSON', type: JSON_TYPE, body: JSON.stringify(CONNECT), connect: READ },
    {
      name: 'as JSON with a charset',
      type: 'application/json;charset=utf-8',
      body: JSON.stringify(CONNECT),
      connect: READ,
    },
    { name: 'as JSON without a type', body: new TextEncoder().encode(JSON.stringify(CONNECT)), connect: READ },
    { name: 'as a form', type: FORM, body: new URLSearchParams(CONNECT).toString(), connect: READ },
    {
      name: 'with fields of its administrator',
      type: JSON_TYPE,
      body: '{"clientid":"a","peerhost":"1"}',
      connect: { clientid: 'a' },
    },
    {
      name: 'with null, nothing and undefined for what is absent',
      type: JSON_TYPE,
      body: '{"clientid":"a","cert_pem":null,"username":"","cert_subject":"undefined"}',
      connect: { clientid: 'a' },
    },
    {
      name: 'with placeholders that its version does not know',
      type: JSON_TYPE,
      body: '{"clientid":"a","cert_pem":"${cert_pem}","username":"${client_attrs.name}"}',
      connect: { clientid: 'a' },
    },
    {
      name: 'as a form with null for what is absent',
      type: FORM,
      body: 'clientid=a&cert_pem=',
      connect: { clientid: 'a' },
    },
    { name: 'as a form of which nothing is known', type: FORM, body: 'hello', connect: {} },
    { name: 'with nothing in it', type: JSON_TYPE, body: '{}', connect: {} },
    { name: 'without a body', connect: {} },
    { name: 'with an empty body', type: JSON_TYPE, body: '', connect: {} },
    { name: 'with a number for a string', type: JSON_TYPE, body: '{"clientid":1,"cert_pem":"MIIB"}' },
    { name: 'with a list for a string', type: JSON_TYPE, body: '{"clientid":["a"]}' },
    { name: 'with malformed JSON', type: JSON_TYPE, body: '{"clientid":' },
    { name: 'with a list', type: JSON_TYPE, body: '[{"clientid":"a"}]' },
    { name: 'with null', type: JSON_TYPE, body: 'null' },
    { name: 'with a string', type: JSON_TYPE, body: '"clientid"' },
    { name: 'with text', type: 'text/plain', body: 'hello' },
    { name: 'with octets that are no text', type: JSON_TYPE, body: new Uint8Array([0xff, 0xfe, 0x00]) },
    { name: 'over 1 MiB', type: JSON_TYPE, body: JSON.stringify({ cert_pem: 'x'.repeat(1_048_577) }) },
    { name: 'declared over 1 MiB', type: JSON_TYPE, body: '{}', length: '9999999' },
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
        const result = connect === READ ? 'allow' : 'deny'
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
    const { call, lines } = createHarness({ emqx: FAILING })
    const answer = await call(PATH, { method: 'POST', as: 'validator', json: CONNECT })
    expect(answer).toMatchObject({ status: 200, body: { result: 'deny', is_superuser: false } })
    expect(lines).toMatchObject([{ level: 'error', err: { message: 'database is locked' } }])
  })

  test('is answered in the query of a GET too, as method = get sends it', async () => {
    const { call, connects } = createHarness()
    const answer = await call(`${PATH}?${new URLSearchParams(CONNECT)}`, { as: 'validator' })
    expect(answer).toMatchObject({ status: 200, body: { result: 'allow', is_superuser: false } })
    expect(connects).toEqual([{ connect: READ, address: HTTPS.address }])
  })

  test('may stand in the query of a POST in part; the body wins', async () => {
    const { call, connects } = createHarness()
    await call(`${PATH}?clientid=a&username=b`, { method: 'POST', json: { clientid: 'c' } })
    expect(connects.map(({ connect }) => connect)).toEqual([{ clientid: 'c', username: 'b' }])
  })

  test('is not asked by a HEAD, which looks whether the hub is there', async () => {
    const { call, connects } = createHarness()
    const answer = await call(PATH, { method: 'HEAD', as: 'validator' })
    expect(answer).toMatchObject({ status: 200, text: '' })
    expect(connects).toEqual([])
  })
})

describe("the authoriser's question", () => {
  const AUTHZ = '/api/emqx/authz'
  const ACTION = { clientid: 'device-001', cert_common_name: 'device-001', action: 'publish', topic: 'a b/ü+' }
  const SENT = { ...ACTION, username: '', peerhost: '192.0.2.9', qos: '1', retain: 'false', mountpoint: 'undefined' }

  for (const { name, path = AUTHZ, type, body } of [
    { name: 'as JSON', type: JSON_TYPE, body: JSON.stringify(SENT) },
    { name: 'as a form', type: FORM, body: new URLSearchParams(SENT).toString() },
    { name: 'in the query of a GET', path: `${AUTHZ}?${new URLSearchParams(SENT)}` },
  ]) {
    test(`${name} is answered 200 with a verdict`, async () => {
      const { call, actions } = createHarness()
      const headers = type === undefined ? {} : { 'content-type': type }
      const answer = await call(path, {
        method: body === undefined ? 'GET' : 'POST',
        as: 'validator',
        body: body ?? null,
        headers,
      })
      expect(answer).toMatchObject({ status: 200, body: { result: 'allow' } })
      expect(answer.headers.get('content-type')).toBe('application/json')
      expect(actions).toEqual([{ action: ACTION, address: HTTPS.address }])
    })
  }

  for (const { name, body } of [
    { name: 'nothing', body: '' },
    { name: 'no topic', body: '{"clientid":"a","action":"publish"}' },
    { name: 'an unknown action', body: '{"clientid":"a","action":"receive","topic":"a"}' },
    { name: 'a number for the topic', body: '{"clientid":"a","action":"publish","topic":1}' },
    { name: 'a list', body: '[]' },
    { name: 'more than 1 MiB', body: JSON.stringify({ ...ACTION, topic: 'x'.repeat(1_048_577) }) },
  ]) {
    test(`that is ${name} is denied with 200`, async () => {
      const { call, actions } = createHarness()
      const answer = await call(AUTHZ, { method: 'POST', as: 'admin', body, headers: { 'content-type': JSON_TYPE } })
      expect(answer).toMatchObject({ status: 200, body: { result: 'deny' } })
      expect(actions).toEqual([{ action: undefined, address: HTTPS.address }])
    })
  }

  for (const as of ['nobody', 'stranger', 'operator', 'auditor'] as const) {
    test(`is answered 401 to ${as}, and not asked`, async () => {
      const { call, actions } = createHarness()
      expect(await call(AUTHZ, { method: 'POST', as, json: ACTION })).toMatchObject({ status: 401 })
      expect(actions).toEqual([])
    })
  }

  test('is denied with 200 and logged when the registry fails', async () => {
    const { call, lines } = createHarness({ emqx: FAILING })
    const answer = await call(AUTHZ, { method: 'POST', as: 'validator', json: ACTION })
    expect(answer).toMatchObject({ status: 200, body: { result: 'deny' } })
    expect(lines).toMatchObject([{ level: 'error', err: { message: 'database is locked' } }])
  })
})
