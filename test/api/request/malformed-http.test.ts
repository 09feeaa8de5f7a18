import { describe, expect, test } from 'vitest'
import { explainMalformedHttp } from '../../../src/api/request/malformed-http.ts'

function broken(code: string | undefined, rawPacket?: Buffer): NodeJS.ErrnoException & { readonly rawPacket?: Buffer } {
  return Object.assign(new Error('broken'), code === undefined ? {} : { code }, rawPacket ? { rawPacket } : {})
}

describe('bytes that are no HTTP', () => {
  for (const { name, error, cause } of [
    {
      name: 'of an MQTT CONNECT',
      error: broken('HPE_INVALID_METHOD', Buffer.from([0x10, 12])),
      cause: 'mqtt_on_https_port',
    },
    { name: 'of anything else', error: broken('HPE_INVALID_METHOD', Buffer.from('hello')), cause: 'http_invalid' },
    { name: 'that are not known any more', error: broken('HPE_HEADER_OVERFLOW'), cause: 'http_invalid' },
  ]) {
    test(`${name} are told as ${cause}`, () =>
      expect(explainMalformedHttp(error)).toEqual({ cause, presented: { error: error.code } }))
  }

  for (const code of ['ECONNRESET', 'ERR_HTTP_REQUEST_TIMEOUT', undefined]) {
    test(`are none where it was ${code}: nobody was refused`, () =>
      expect(explainMalformedHttp(broken(code))).toBeUndefined())
  }
})
