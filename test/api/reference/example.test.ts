import { describe, expect, test } from 'vitest'
import { curlLine } from '../../../src/api/reference/curl-line.ts'
import type { ApiDocument, NamedOperation, Schema } from '../../../src/api/reference/document.ts'
import { exampleOf } from '../../../src/api/reference/example.ts'

const endless: Schema = { type: 'object', properties: { next: { $ref: '#/components/schemas/Endless' } } }
const document: ApiDocument = {
  info: { title: 'A', version: '1' },
  security: [{ token: [] }],
  paths: {},
  components: {
    schemas: { Endless: endless, Named: { type: 'string', example: 'pump' } },
    securitySchemes: {
      token: { type: 'http', scheme: 'bearer', description: 'A token' },
      login: { type: 'http', scheme: 'basic', description: 'An id and a token' },
      certificate: { type: 'mutualTLS', description: 'A certificate' },
    },
  },
}

describe('an example', () => {
  for (const { name, schema, expected } of [
    { name: 'its own', schema: { type: 'string', example: 'a', default: 'b' }, expected: 'a' },
    { name: 'a default', schema: { type: 'integer', default: 7, minimum: 1 }, expected: 7 },
    { name: 'the first of an enumeration', schema: { enum: ['a', 'b'] }, expected: 'a' },
    { name: 'of a named schema', schema: { $ref: '#/components/schemas/Named' }, expected: 'pump' },
    { name: 'of an unknown name', schema: { $ref: '#/components/schemas/Nobody' }, expected: null },
    { name: 'of the first variant', schema: { anyOf: [{ const: 1 }, { const: 2 }] }, expected: 1 },
    {
      name: 'of all parts',
      schema: {
        allOf: [
          { type: 'object', properties: { a: { const: 1 } } },
          { type: 'object', properties: { b: { const: 2 } } },
        ],
      },
      expected: { a: 1, b: 2 },
    },
    { name: 'a time', schema: { type: 'string', format: 'date-time' }, expected: '2026-01-31T12:00:00.000Z' },
    { name: 'a text', schema: { type: ['string', 'null'], minLength: 3 }, expected: '………' },
    { name: 'a list', schema: { type: 'array', items: { type: 'boolean' } }, expected: [false] },
    { name: 'an empty list', schema: { type: 'array' }, expected: [] },
    { name: 'the least number', schema: { type: 'number', minimum: 3 }, expected: 3 },
    { name: 'nothing of no type', schema: {}, expected: null },
  ] satisfies readonly { name: string; schema: Schema; expected: unknown }[]) {
    test(`is ${name}`, () => expect(exampleOf(schema, document)).toEqual(expected))
  }

  test('of a schema that names itself ends', () => {
    expect(JSON.stringify(exampleOf(endless, document)).length).toBeLessThan(200)
  })
})

describe('a command', () => {
  const operation: NamedOperation = { id: 'x', method: 'get', path: '/a/{id}', summary: '', responses: {} }
  for (const { name, more, expected } of [
    {
      name: 'with a token',
      more: {},
      expected: `curl --cacert ca-cert.pem \\\n  -H "Authorization: Bearer $TOKEN" \\\n  'https://hub/a/ID'`,
    },
    { name: 'for anybody', more: { security: [] }, expected: `curl --cacert ca-cert.pem \\\n  'https://hub/a/ID'` },
    {
      name: 'with a login',
      more: { security: [{ login: [] }] },
      expected: `curl --cacert ca-cert.pem \\\n  -u "DEVICE:$TOKEN" \\\n  'https://hub/a/ID'`,
    },
    {
      name: 'with a certificate, and a file as its body',
      more: {
        method: 'post',
        security: [{ certificate: [] }],
        requestBody: { content: { 'application/pkcs10': { schema: { type: 'string' } } } },
      },
      expected: `curl --cacert ca-cert.pem \\\n  -X POST \\\n  --cert device-cert.pem --key device-key.pem \\\n  -H 'Content-Type: application/pkcs10' \\\n  --data-binary @FILE \\\n  'https://hub/a/ID'`,
    },
    {
      name: 'whose body holds what a shell would read',
      more: { security: [], requestBody: { content: { 'application/json': { schema: { const: "it's" } } } } },
      expected: `curl --cacert ca-cert.pem \\\n  -H 'Content-Type: application/json' \\\n  --data-binary '"it'\\''s"' \\\n  'https://hub/a/ID'`,
    },
  ] satisfies readonly { name: string; more: Partial<NamedOperation>; expected: string }[]) {
    test(name, () => expect(curlLine({ ...operation, ...more }, document, 'https://hub')).toBe(expected))
  }
})
