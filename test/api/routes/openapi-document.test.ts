import { describe, expect, test } from 'vitest'
import { createHarness } from '../api-harness.ts'

interface Operation {
  readonly summary: string
  readonly security?: unknown
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: unknown }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: unknown }>> }
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: unknown }>> }>
  >
}

interface Document {
  readonly openapi: string
  readonly info: { readonly title: string; readonly version: string }
  readonly security: unknown
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: Readonly<Record<'schemas' | 'securitySchemes', Readonly<Record<string, unknown>>>>
}

const { app, call } = createHarness()
const document = (await call('/openapi.json', { as: 'nobody' })).body as Document
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, path, operation })),
)
const PUBLIC = [
  'GET /',
  'GET /.well-known/est/cacerts',
  'GET /.well-known/est/csrattrs',
  'GET /.well-known/est/{profile}/cacerts',
  'GET /.well-known/est/{profile}/csrattrs',
  'GET /api/devices/certificates/ca/certificate',
  'GET /api/health/logging',
  'GET /api/time',
  'GET /assets/{name}',
  'GET /claim',
  'GET /docs',
  'GET /livez',
  'GET /mqtt',
  'GET /openapi.json',
  'GET /pki/',
  'GET /pki/authorities/{id}/ca.cer',
  'GET /pki/authorities/{id}/{list}',
  'GET /pki/ca.cer',
  'GET /pki/ca.crl',
  'GET /pki/ca.crl.pem',
  'GET /pki/ca.pem',
  'GET /pki/dp.crl',
  'GET /pki/ocsp/{request}',
  'GET /readyz',
  'POST /api/session',
  'POST /claim',
  'POST /pki/ocsp',
]

describe('/openapi.json', () => {
  test('is OpenAPI 3.1 with the version of the hub and its kinds of credential', () => {
    expect(document).toMatchObject({ openapi: '3.1.0', info: { title: 'Signet', version: '1.2.3' } })
    expect(document.security).toEqual([{ token: [] }, { certificate: [] }, { session: [] }])
    expect(document.components.securitySchemes).toMatchObject({
      token: { type: 'http', scheme: 'bearer' },
      certificate: { type: 'mutualTLS' },
      session: { type: 'apiKey', in: 'cookie', name: '__Host-signet' },
    })
  })

  test('is the same when it is asked for again', async () => {
    expect((await call('/openapi.json')).body).toEqual(document)
  })

  test('describes every route there is, and no other', () => {
    const routes = app.routes
      .filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)(?:\{[^}]+\})?/g, '{$1}')}`)
    expect(operations.map(({ name }) => name).toSorted()).toEqual([...new Set(routes)].toSorted())
  })

  test('says which calls are public', () => {
    const named = operations.filter(({ operation }) => JSON.stringify(operation.security) === '[]')
    expect(named.map(({ name }) => name).toSorted()).toEqual(PUBLIC)
  })

  test('says which calls are made by device certificate, or by enrolment token', () => {
    const own = operations.filter(({ name, operation }) => operation.security && !PUBLIC.includes(name))
    expect(own.map(({ name, operation }) => [name, operation.security])).toEqual([
      ['POST /api/devices/self/certificate/renew', [{ deviceCertificate: [] }]],
      ['POST /.well-known/est/simpleenroll', [{ enrolmentToken: [] }, { deviceCertificate: [] }]],
      ['POST /.well-known/est/simplereenroll', [{ deviceCertificate: [] }]],
      ['POST /.well-known/est/{profile}/simpleenroll', [{ enrolmentToken: [] }, { deviceCertificate: [] }]],
      ['POST /.well-known/est/{profile}/simplereenroll', [{ deviceCertificate: [] }]],
    ])
    expect(document.components.securitySchemes).toMatchObject({
      deviceCertificate: { type: 'mutualTLS' },
      enrolmentToken: { type: 'http', scheme: 'basic' },
    })
  })

  test('has an operation for every reference and no unknown one', () => {
    const names = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name)
    expect(names.length).toBeGreaterThan(0)
    for (const name of names) expect(Object.keys(document.components.schemas)).toContain(name)
  })

  for (const { name, path, operation } of operations) {
    test(`${name} has a summary, its parameters, and a problem document for every refusal`, () => {
      expect(operation.summary).not.toBe('')
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter)
      const described = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path')
      expect(described.map((parameter) => parameter.name)).toEqual(inPath)
      for (const parameter of operation.parameters ?? []) expect(parameter.schema).toHaveProperty('type')
      const statuses = Object.keys(operation.responses)
      expect(statuses.some((status) => status.startsWith('2') || status === '101')).toBe(true)
      const refusals = Object.entries(operation.responses).filter(([status]) => status.startsWith('4'))
      for (const [status, { content }] of refusals) {
        expect(content, status).toEqual({
          'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
        })
      }
      if (!PUBLIC.includes(name)) expect(statuses).toContain('401')
      if (operation.requestBody && !/\/(?:validate|authz|ocsp)$/.test(path)) {
        expect(statuses).toEqual(expect.arrayContaining(['400', '413', '415']))
      }
    })
  }

  test('tells the bounds of a page', () => {
    const limit = document.paths['/api/devices']?.['get']?.parameters?.find(({ name }) => name === 'limit')
    expect(limit?.schema).toMatchObject({ type: 'integer', minimum: 1, maximum: 500, default: 50 })
  })

  test('closes the objects that the validators close', () => {
    for (const name of ['DeviceRequest', 'DeviceChanges', 'PolicyRequest', 'ServiceRequest', 'ApiTokenRequest']) {
      expect(document.components.schemas[name], name).toMatchObject({ additionalProperties: false })
    }
  })
})
