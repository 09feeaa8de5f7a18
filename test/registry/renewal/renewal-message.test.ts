import { describe, expect, test } from 'vitest'
import { parseRenewalMessage } from '../../../src/registry/renewal/renewal-message.ts'

describe('what a device says', () => {
  for (const { name, payload, id, request } of [
    { name: 'a request as it is', payload: '-----BEGIN', id: undefined, request: '-----BEGIN' },
    { name: 'JSON', payload: '{"csr":"x"}', id: undefined, request: 'x' },
    { name: 'JSON with a text as id', payload: '{"csr":"x","id":"a"}', id: 'a', request: 'x' },
    { name: 'JSON with a number as id', payload: '{"csr":"x","id":0}', id: 0, request: 'x' },
    { name: 'an id that is too long', payload: `{"id":"${'a'.repeat(129)}"}`, id: undefined, request: '' },
    { name: 'an id of another kind', payload: '{"id":{},"csr":3}', id: undefined, request: '' },
    { name: 'nothing', payload: '', id: undefined, request: '' },
  ]) {
    test(`${name} is read`, () => {
      const read = parseRenewalMessage(Buffer.from(payload))
      expect({ ...read, request: Buffer.from(read.request).toString() }).toEqual({ id, request })
    })
  }

  for (const { payload, code } of [
    { payload: '{', code: 'bad_request' },
    { payload: ' '.repeat(16_385), code: 'body_too_large' },
  ]) {
    test(`${payload.trim() || 'a novel'} throws ${code}`, () => {
      expect(() => parseRenewalMessage(Buffer.from(payload))).toThrow(expect.objectContaining({ code }))
    })
  }
})
