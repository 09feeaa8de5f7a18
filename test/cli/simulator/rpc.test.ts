import { describe, expect, test } from 'vitest'
import { answerRpc } from '../../../src/cli/simulator/rpc.ts'

describe('a device answers what it was asked', () => {
  for (const { payload, response } of [
    { payload: '{"id":"test","method":"ping","params":{}}', response: { id: 'test', result: 'pong' } },
    { payload: '{"id":7,"method":"ping"}', response: { id: 7, result: 'pong' } },
    {
      payload: '{"id":"a","method":"reboot"}',
      response: { id: 'a', error: { code: -32_601, message: 'Method reboot is not known' } },
    },
    {
      payload: '{"id":"a","method":"constructor"}',
      response: { id: 'a', error: { code: -32_601, message: 'Method constructor is not known' } },
    },
  ]) {
    test(payload, () => expect(answerRpc(payload)).toMatchObject({ response }))
  }
})

describe('what is no request is not answered', () => {
  for (const payload of ['', '{', '3', 'null', '[]', '{}', '{"id":1}', '{"method":"ping"}', '{"id":1,"method":2}']) {
    test(payload || 'nothing', () => expect(answerRpc(payload)).toEqual({ ignored: expect.any(String) }))
  }
})
