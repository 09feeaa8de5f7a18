import { describe, expect, test } from 'vitest'
import { findAuditedAction } from '../../../src/api/audit/audited-actions.ts'
import { createHarness } from '../api-harness.ts'

// They change nothing that an administrator decides.
const UNAUDITED = new Set([
  'POST /api/devices/certificates/validate/{fingerprint}',
  'POST /api/devices/certificates/validate',
  'POST /api/devices/self/certificate/renew',
  'POST /api/diagnostics/certificate',
  'POST /api/emqx/authz',
  'POST /api/publish',
])

describe('the actions of the audit', () => {
  test('are every call that changes something', async () => {
    const { call } = createHarness()
    const { paths } = (await call('/openapi.json')).body as { readonly paths: Readonly<Record<string, object>> }
    const calls = Object.entries(paths)
      .flatMap(([path, methods]) => Object.keys(methods).map((method) => [method.toUpperCase(), path] as const))
      .filter(([method, path]) => method !== 'GET' && path.startsWith('/api/') && !UNAUDITED.has(`${method} ${path}`))
    expect(calls.length).toBeGreaterThan(30)
    for (const [method, path] of calls) {
      const found = findAuditedAction(method, path.replaceAll(/\{\w+\}/g, 'x'))
      expect(found, `${method} ${path}`).toBeDefined()
    }
    for (const described of UNAUDITED) {
      const [method = '', path = ''] = described.split(' ')
      expect(findAuditedAction(method, path.replaceAll(/\{\w+\}/g, 'x')), described).toBeUndefined()
    }
  })

  for (const { call, body, object } of [
    { call: 'DELETE /api/devices/a%3Ab', object: 'a:b' },
    { call: 'DELETE /api/devices/%zz', object: '%zz' },
    { call: 'DELETE /api/devices/a/tokens/b', object: 'a b' },
    { call: 'POST /api/devices', body: { deviceId: 'a' }, object: 'a' },
    { call: 'POST /api/users/u/devices/a/rpc', body: { method: 'reboot' }, object: 'u a reboot' },
    { call: 'POST /api/users/u/devices/a/rpc', body: undefined, object: 'u a' },
    { call: 'POST /api/rotations', body: { filter: { deviceId: 'a' } }, object: 'a' },
    { call: 'POST /api/rotations', body: { filter: { all: true } }, object: '' },
    { call: 'POST /api/rotations', body: { filter: 'a' }, object: '' },
    { call: 'POST /api/devices', body: undefined, object: '' },
    { call: 'POST /api/devices', body: [1], object: '' },
    { call: 'POST /api/server-certificates', body: { names: ['a', 'b'] }, object: 'a b' },
    { call: `DELETE /api/devices/${'x'.repeat(500)}`, object: 'x'.repeat(256) },
  ]) {
    test(`${call.slice(0, 60)} is about ${JSON.stringify(object.slice(0, 60))}`, () => {
      const [method = '', path = ''] = call.split(' ')
      const octets = body === undefined ? undefined : Buffer.from(JSON.stringify(body))
      expect(findAuditedAction(method, path)?.objectIn(octets)).toBe(object)
    })
  }
})
