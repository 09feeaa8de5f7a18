import { X509Certificate } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createSigningRequest } from '../support/signing-request.ts'
import { type ApiAnswer, type Credentials, startTestHub, type TestHub } from '../support/test-hub.ts'

const EST = '/.well-known/est'
const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

async function makeToken(hub: TestHub, request: Readonly<Record<string, unknown>>): Promise<string> {
  const answer = await hub.api('POST', '/api/enrolment-tokens', { body: request })
  if (answer.status !== 201) throw new Error(answer.text)
  return answer.json().token
}

interface Ask {
  readonly id: string
  readonly token?: string
  readonly csr: string
  readonly path?: string
  readonly credentials?: Credentials
}

function ask(hub: TestHub, { id, token, csr, path = `${EST}/simpleenroll`, credentials }: Ask): Promise<ApiAnswer> {
  const authorization = token === undefined ? {} : { authorization: basic(id, token) }
  const headers = { 'content-type': 'application/pkcs10', ...authorization }
  return hub.api('POST', path, { body: csr, token: null, headers, credentials })
}

function basic(id: string, token: string): string {
  return `Basic ${Buffer.from(`${id}:${token}`).toString('base64')}`
}

/** The certificate in a CMS without a signature: the only one of its octets that makes one. */
function readCertificate({ status, text, headers }: ApiAnswer): string {
  expect(status, text).toBe(200)
  expect(headers['content-type']).toBe('application/pkcs7-mime; smime-type=certs-only')
  expect(headers['content-transfer-encoding']).toBe('base64')
  // RFC 4648 §3.1: no line breaks
  expect(text).toMatch(/^[\w+/]+=*$/)
  const der = Buffer.from(text, 'base64')
  for (let at = 0; at < der.length; at++) {
    if (der[at] !== 0x30) continue
    try {
      return new X509Certificate(der.subarray(at)).toString()
    } catch {
      // It begins further on.
    }
  }
  throw new Error('no certificate')
}

async function pending(hub: TestHub) {
  return (await hub.api('GET', '/api/enrolments?state=pending')).json().items
}

async function causes(hub: TestHub): Promise<readonly string[]> {
  return (await hub.refusals()).map(({ cause }) => cause)
}

describe('a device without a certificate', () => {
  for (const mode of ['mtls', 'token', 'https_only', 'mtls_or_token', 'mtls_and_token'] as const) {
    test(`enrols by its token and connects, in the mode ${mode}`, async () => {
      await using hub = await startTestHub({ settings: { api: { auth: mode } } })
      const made = await hub.hub.fetch(
        new Request('https://localhost/api/enrolment-tokens', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ deviceId: 'sensor-*', userId: 'eva' }),
        }),
      )
      const { token } = (await made.json()) as { token: string }
      const { csr, key } = await createSigningRequest('sensor-1')
      const cert = readCertificate(await ask(hub, { id: 'sensor-1', token, csr }))
      expect(new X509Certificate(cert).subject).toBe('CN=sensor-1')
      expect((await hub.connect({ cert, key }, { clientId: 'sensor-1' })).connected).toBe(true)
    })
  }

  test('gets the owner, the policies and the profile that its token says', async () => {
    const settings = { profiles: { short: { validity: '15m', san: ['URI:urn:example:{user}:{device}'] } } }
    await using hub = await startTestHub({ settings })
    await hub.api('PUT', '/api/policies/own', {
      body: { rules: [{ effect: 'allow', actions: ['publish'], topicFilter: 'a/{device}' }] },
    })
    const wishes = { deviceId: 'aa:bb:cc', userId: 'eva', policies: ['own'], profile: 'short' }
    const token = await makeToken(hub, wishes)
    const { csr } = await createSigningRequest('aa:bb:cc')
    const certificate = new X509Certificate(readCertificate(await ask(hub, { id: 'aa:bb:cc', token, csr })))
    expect(Date.parse(certificate.validTo) - hub.clock.now().getTime()).toBeLessThanOrEqual(15 * 60_000)
    expect(certificate.subjectAltName).toContain('URI:urn:example:eva:aa%3Abb%3Acc')
    const path = encodeURIComponent('aa:bb:cc')
    expect((await hub.api('GET', `/api/devices/${path}`)).json()).toMatchObject({ userId: 'eva', policies: ['own'] })
    const history = await hub.api('GET', `/api/devices/certificates/${path}?include=detail`)
    expect(history.json().profile).toBe('short')
  })

  test('asks again with the same key when the answer was lost, and gets the same certificate', async () => {
    await using hub = await startTestHub()
    const token = await makeToken(hub, { deviceId: 'pump' })
    const { csr, key } = await createSigningRequest('pump')
    const cert = readCertificate(await ask(hub, { id: 'pump', token, csr }))
    expect(readCertificate(await ask(hub, { id: 'pump', token, csr }))).toBe(cert)
    await hub.connect({ cert, key }, { clientId: 'pump' })
    expect(await ask(hub, { id: 'pump', token, csr })).toMatchObject({ status: 409 })
    expect(await causes(hub)).toEqual(['certificate_exists'])
  })

  test('loses the race for the last use of a token: one wins', async () => {
    await using hub = await startTestHub()
    const token = await makeToken(hub, { deviceId: 'sensor-*' })
    const asks = ['sensor-1', 'sensor-2', 'sensor-3', 'sensor-4'].map(async (id) => {
      const { csr } = await createSigningRequest(id)
      return (await ask(hub, { id, token, csr })).status
    })
    expect((await Promise.all(asks)).toSorted()).toEqual([200, 403, 403, 403])
    expect((await hub.api('GET', '/api/devices')).json().items).toHaveLength(1)
    const [listed] = (await hub.api('GET', '/api/enrolment-tokens')).json().items
    expect(listed).toMatchObject({ uses: 1, maxUses: 1, state: 'used' })
  })

  test('sends its request as PEM, as base64 in one line or in lines', async () => {
    await using hub = await startTestHub()
    const token = await makeToken(hub, { deviceId: 's*', uses: 3 })
    const { csr } = await createSigningRequest('s1')
    const lines = csr.replaceAll(/-----.*-----\s*/g, '')
    for (const body of [csr, lines, lines.replaceAll(/\s/g, '')]) {
      readCertificate(await ask(hub, { id: 's1', token, csr: body }))
    }
  })
})

describe('nobody enrols', () => {
  for (const { name, make, id = 'pump', cn, status, cause } of [
    { name: 'with a token that nobody made', make: undefined, status: 401, cause: 'enrolment_token_invalid' },
    { name: 'as another id', make: { deviceId: 'valve' }, status: 403, cause: 'enrolment_id_wrong' },
    { name: 'outside of the pattern', make: { deviceId: 'pump-*' }, status: 403, cause: 'enrolment_id_wrong' },
    { name: 'for another CN', make: { deviceId: 'pump' }, cn: 'valve', status: 403, cause: 'request_name_wrong' },
    { name: 'under an id that is none', make: { deviceId: '*' }, id: 'a..b', status: 400 },
  ] as const satisfies readonly {
    name: string
    make: Readonly<Record<string, unknown>> | undefined
    id?: string
    cn?: string
    status: number
    cause?: string
  }[]) {
    test(name, async () => {
      await using hub = await startTestHub()
      const token = make ? await makeToken(hub, make) : hub.adminToken
      const { csr } = await createSigningRequest(cn ?? id)
      const answer = await ask(hub, { id, token, csr })
      expect(answer).toMatchObject({ status })
      expect(answer.headers['www-authenticate']).toBe(
        status === 401 ? 'Basic realm="Signet enrolment", charset="UTF-8"' : undefined,
      )
      expect(await causes(hub)).toEqual(cause === undefined ? [] : [cause])
      expect((await hub.api('GET', '/api/devices')).json().items).toEqual([])
    })
  }

  test('with a token that has expired, or was revoked', async () => {
    await using hub = await startTestHub()
    const token = await makeToken(hub, { deviceId: 'pump' })
    const { csr } = await createSigningRequest('pump')
    hub.clock.advance(25 * HOUR_MS)
    expect(await ask(hub, { id: 'pump', token, csr })).toMatchObject({ status: 403 })
    const [{ id }] = (await hub.api('GET', '/api/enrolment-tokens')).json().items
    expect(await hub.api('DELETE', `/api/enrolment-tokens/${id}`)).toMatchObject({ status: 204 })
    expect(await ask(hub, { id: 'pump', token, csr })).toMatchObject({ status: 401 })
    expect(await causes(hub)).toEqual(['enrolment_token_invalid', 'enrolment_token_ended'])
  })

  test('in place of a device that has a certificate, unless the token says so', async () => {
    await using hub = await startTestHub()
    const old = await hub.enrol('pump')
    const { csr } = await createSigningRequest('pump')
    const token = await makeToken(hub, { deviceId: 'pump' })
    expect(await ask(hub, { id: 'pump', token, csr })).toMatchObject({ status: 409 })
    const replacing = await makeToken(hub, { deviceId: 'pump', onExisting: 'replace' })
    const session = await hub.connect(old, { clientId: 'pump' })
    const closed = new Promise<void>((resolve) => session.once('close', () => resolve()))
    readCertificate(await ask(hub, { id: 'pump', token: replacing, csr }))
    await closed
  })

  test('as a device that is suspended, or another user owns', async () => {
    await using hub = await startTestHub()
    await hub.api('POST', '/api/devices', { body: { deviceId: 'pump', userId: 'eva' } })
    await hub.api('POST', '/api/devices', { body: { deviceId: 'valve' } })
    await hub.api('PATCH', '/api/devices/valve', { body: { state: 'suspended' } })
    for (const [id, code] of [
      ['pump', 'device_owned_by_another_user'],
      ['valve', 'device_suspended'],
    ] as const) {
      const token = await makeToken(hub, { deviceId: id, userId: 'ivan' })
      const { csr } = await createSigningRequest(id)
      expect((await ask(hub, { id, token, csr })).json()).toMatchObject({ status: 409, code })
    }
  })

  test('with a token of before, once an administrator has revoked or deleted the device', async () => {
    await using hub = await startTestHub()
    const before = await makeToken(hub, { deviceId: '*', uses: 9 })
    hub.clock.advance(1000)
    const shutOut = [
      ['pump', '/api/devices/certificates/pump'],
      ['valve', '/api/devices/valve'],
    ] as const
    for (const [id, path] of shutOut) {
      const { csr } = await createSigningRequest(id)
      readCertificate(await ask(hub, { id, token: before, csr }))
      await hub.api('DELETE', path)
      const other = await createSigningRequest(id)
      const refused = await ask(hub, { id, token: before, csr: other.csr })
      expect(refused.json()).toMatchObject({ status: 403, code: 'enrolment_token_ended' })
      hub.clock.advance(1000)
      readCertificate(await ask(hub, { id, token: await makeToken(hub, { deviceId: id }), csr: other.csr }))
    }
  })

  test('who guesses tokens is shut out for a minute, and nobody else', async () => {
    await using hub = await startTestHub()
    const token = await makeToken(hub, { deviceId: '*', uses: 9 })
    const { csr } = await createSigningRequest('pump')
    const wrong = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`
    for (let count = 0; count < 5; count++) {
      expect(await ask(hub, { id: 'pump', token: wrong, csr })).toMatchObject({ status: 401 })
    }
    const shutOut = await ask(hub, { id: 'pump', token, csr })
    expect(shutOut).toMatchObject({ status: 429, headers: { 'retry-after': '60' } })
    const other = await createSigningRequest('valve')
    readCertificate(await ask(hub, { id: 'valve', token, csr: other.csr }))
    hub.clock.advance(61_000)
    readCertificate(await ask(hub, { id: 'pump', token, csr }))
  })

  test('without a word about who it is; the answer says how', async () => {
    await using hub = await startTestHub()
    const { csr } = await createSigningRequest('pump')
    const answer = await ask(hub, { id: 'pump', csr })
    expect(answer).toMatchObject({ status: 401 })
    expect(answer.headers['www-authenticate']).toMatch(/^Basic /)
  })

  test('with a body that is too long, or of another kind', async () => {
    await using hub = await startTestHub()
    const token = await makeToken(hub, { deviceId: 'pump' })
    expect(await ask(hub, { id: 'pump', token, csr: 'A'.repeat(8_193) })).toMatchObject({ status: 413 })
    const headers = { 'content-type': 'text/plain', authorization: basic('pump', token) }
    const call = { body: 'please', token: null, headers }
    expect(await hub.api('POST', `${EST}/simpleenroll`, call)).toMatchObject({ status: 415 })
    expect(await ask(hub, { id: 'pump', token, csr: 'please' })).toMatchObject({ status: 400 })
  })
})

test('the tokens of an administrator are listed page by page, without their secrets', async () => {
  await using hub = await startTestHub()
  const tokens = [await makeToken(hub, { deviceId: 'pump' }), await makeToken(hub, { deviceId: 'valve' })]
  const first = (await hub.api('GET', '/api/enrolment-tokens?limit=1')).json()
  const second = (await hub.api('GET', `/api/enrolment-tokens?limit=1&cursor=${first.nextCursor}`)).json()
  const items = [...first.items, ...second.items]
  expect(items.map(({ deviceId }) => deviceId).toSorted()).toEqual(['pump', 'valve'])
  expect(second.nextCursor).toBeNull()
  for (const token of tokens) expect(JSON.stringify(items)).not.toContain(token.split('_').at(-1))
})

describe('a token that asks for approval', () => {
  test('makes the device wait, and come back for its certificate, though the token has expired by then', async () => {
    await using hub = await startTestHub()
    const token = await makeToken(hub, { deviceId: 'pump', approval: true })
    const { csr, key } = await createSigningRequest('pump')
    const first = await ask(hub, { id: 'pump', token, csr })
    expect(first).toMatchObject({ status: 202, headers: { 'retry-after': '60' }, text: '' })
    expect(await ask(hub, { id: 'pump', token, csr })).toMatchObject({ status: 202 })
    const [waiting, ...others] = await pending(hub)
    expect(others).toEqual([])
    expect(waiting).toMatchObject({ deviceId: 'pump', state: 'pending' })
    expect(waiting.csr.trim()).toBe(csr.trim())
    hub.clock.advance(25 * HOUR_MS)
    expect(await hub.api('POST', `/api/enrolments/${waiting.id}/approve`)).toMatchObject({ status: 200 })
    const cert = readCertificate(await ask(hub, { id: 'pump', token, csr }))
    expect((await hub.connect({ cert, key }, { clientId: 'pump' })).connected).toBe(true)
    expect((await hub.api('GET', '/api/enrolments')).json().items).toEqual([])
    expect(await hub.api('POST', `/api/enrolments/${waiting.id}/approve`)).toMatchObject({ status: 404 })
  })

  test('tells a rejected device so, though it was approved before', async () => {
    await using hub = await startTestHub()
    const token = await makeToken(hub, { deviceId: 'pump', approval: true })
    const { csr } = await createSigningRequest('pump')
    await ask(hub, { id: 'pump', token, csr })
    const [{ id }] = await pending(hub)
    expect(await hub.api('POST', `/api/enrolments/${id}/approve`)).toMatchObject({ status: 200 })
    expect(await hub.api('POST', `/api/enrolments/${id}/approve`)).toMatchObject({ status: 409 })
    expect(await hub.api('POST', `/api/enrolments/${id}/reject`)).toMatchObject({ status: 200 })
    expect((await ask(hub, { id: 'pump', token, csr })).json()).toMatchObject({
      status: 403,
      code: 'enrolment_rejected',
    })
    expect(await causes(hub)).toEqual(['enrolment_rejected'])
  })

  test('lets no more wait than it has uses; another key of the same device takes the place of the first', async () => {
    await using hub = await startTestHub()
    const token = await makeToken(hub, { deviceId: 's*', uses: 2, approval: true })
    for (const id of ['s1', 's1', 's2']) {
      const { csr } = await createSigningRequest(id)
      expect(await ask(hub, { id, token, csr })).toMatchObject({ status: 202 })
    }
    expect(await pending(hub)).toHaveLength(2)
    const { csr } = await createSigningRequest('s3')
    expect(await ask(hub, { id: 's3', token, csr })).toMatchObject({ status: 403 })
    hub.clock.advance(8 * DAY_MS)
    expect(await pending(hub)).toEqual([])
  })

  test('says at once what no approval would help', async () => {
    await using hub = await startTestHub()
    await hub.enrol('pump')
    const token = await makeToken(hub, { deviceId: 'pump', approval: true })
    const { csr } = await createSigningRequest('pump')
    expect(await ask(hub, { id: 'pump', token, csr })).toMatchObject({ status: 409 })
    expect(await pending(hub)).toEqual([])
  })
})

describe('simplereenroll', () => {
  const path = `${EST}/simplereenroll`

  test('is the renewal: by certificate, inside of its window, for the id of the certificate', async () => {
    await using hub = await startTestHub()
    const credentials = await hub.enrol('pump')
    const { csr, key } = await createSigningRequest('pump')
    expect(await ask(hub, { id: 'pump', csr, path, credentials })).toMatchObject({ status: 409 })
    hub.clock.advance(300 * DAY_MS)
    const other = await createSigningRequest('valve')
    expect(await ask(hub, { id: 'pump', csr: other.csr, path, credentials })).toMatchObject({ status: 403 })
    const cert = readCertificate(await ask(hub, { id: 'pump', csr, path, credentials }))
    expect((await hub.connect({ cert, key }, { clientId: 'pump' })).connected).toBe(true)
    expect(await ask(hub, { id: 'pump', csr, path, credentials })).toMatchObject({ status: 401 })
  })

  test('is what simpleenroll is too, for who shows a certificate and no token', async () => {
    await using hub = await startTestHub({ settings: { ca: { renew_after_expiry: 7 } } })
    const credentials = await hub.enrol('pump')
    hub.clock.advance(366 * DAY_MS)
    const { csr } = await createSigningRequest('pump')
    readCertificate(await ask(hub, { id: 'pump', csr, credentials }))
  })

  test('is for nobody without a certificate', async () => {
    await using hub = await startTestHub()
    const token = await makeToken(hub, { deviceId: 'pump' })
    const { csr } = await createSigningRequest('pump')
    expect(await ask(hub, { id: 'pump', token, csr, path })).toMatchObject({ status: 401 })
  })
})

describe('what EST shows to everybody', () => {
  test('is the certificate of the CA, and what a key may be, under the names of profiles too', async () => {
    await using hub = await startTestHub({ settings: { profiles: { big: { key_algorithms: ['rsa-3072'] } } } })
    for (const path of [`${EST}/cacerts`, `${EST}/big/cacerts`]) {
      expect(readCertificate(await hub.api('GET', path, { token: null }))).toBe(hub.ca)
    }
    const usual = await hub.api('GET', `${EST}/csrattrs`, { token: null })
    expect(usual.headers['content-type']).toBe('application/csrattrs')
    expect(Buffer.from(usual.text, 'base64').toString('hex')).toContain('2a8648ce3d030107')
    const big = await hub.api('GET', `${EST}/big/csrattrs`, { token: null })
    expect(Buffer.from(big.text, 'base64').toString('hex')).toContain('02020c00')
    expect(await hub.api('GET', `${EST}/none/csrattrs`, { token: null })).toMatchObject({ status: 400 })
  })

  test('a label asks for the profile that the token has, and for no other', async () => {
    await using hub = await startTestHub({ settings: { profiles: { short: { validity: '1h' } } } })
    const token = await makeToken(hub, { deviceId: 's*', uses: 2, profile: 'short' })
    const { csr } = await createSigningRequest('s1')
    const wrong = await ask(hub, { id: 's1', token, csr, path: `${EST}/default/simpleenroll` })
    expect(wrong.json()).toMatchObject({ status: 400, code: 'profile_violation' })
    readCertificate(await ask(hub, { id: 's1', token, csr, path: `${EST}/short/simpleenroll` }))
  })
})
