import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { identityFields, outsideRequests, requestFields, withRequest } from '../src/log-fields.ts'

test('what is done for a request knows it, however late, and what is done beside it does not', async () => {
  const later = withRequest({ requestId: 'a' }, async () => {
    await nextTurn()
    return requestFields()
  })
  expect(requestFields()).toBeUndefined()
  expect(await later).toEqual({ requestId: 'a' })
})

test('shared work belongs to no request', () => {
  expect(withRequest({ requestId: 'a' }, () => outsideRequests(requestFields))).toBeUndefined()
})

test('each kind of identity has one field', () => {
  const kinds = ['device', 'service', 'administrator', 'anonymous']
  expect(kinds.map((kind) => identityFields({ kind, id: 'x', userId: 'eva' }))).toEqual([
    { deviceId: 'x', userId: 'eva' },
    { serviceName: 'x', userId: 'eva' },
    { administrator: 'x', userId: 'eva' },
    { kind: 'anonymous', id: 'x', userId: 'eva' },
  ])
})
