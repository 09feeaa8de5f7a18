import { describe, expect, test } from 'vitest'
import { readAnswer } from '../../src/broker/device-answer.ts'

const NEITHER = { code: 'invalid_answer', message: 'it has neither a result nor an error' }

describe('what a device answers', () => {
  for (const { payload, answer } of [
    { payload: '{"id":"a","result":{"on":true}}', answer: { id: 'a', result: { on: true } } },
    { payload: '{"id":"a","result":null}', answer: { id: 'a', result: null } },
    { payload: '{"id":"a","result":1,"error":null}', answer: { id: 'a', result: 1 } },
    {
      payload: '{"id":"a","error":{"code":-32601,"message":"unknown"}}',
      answer: { id: 'a', error: { code: -32601, message: 'unknown' } },
    },
    {
      payload: '{"id":"a","error":{"code":"E_BUSY","message":"busy"},"result":1}',
      answer: { id: 'a', error: { code: 'E_BUSY', message: 'busy' } },
    },
    { payload: '{"id":"a","error":"broken"}', answer: { id: 'a', error: { code: 'unknown', message: 'broken' } } },
    {
      payload: '{"id":"a","error":{"code":{},"message":[1]}}',
      answer: { id: 'a', error: { code: 'unknown', message: '[1]' } },
    },
    { payload: '{"id":"a","error":{}}', answer: { id: 'a', error: { code: 'unknown', message: 'no message' } } },
    { payload: '{"id":"a"}', answer: { id: 'a', error: NEITHER } },
    { payload: '{"id":1,"result":1}', answer: undefined },
    { payload: '{"result":1}', answer: undefined },
    { payload: '["a"]', answer: undefined },
    { payload: 'null', answer: undefined },
    { payload: '{', answer: undefined },
    { payload: '', answer: undefined },
  ]) {
    test(`${payload || 'nothing'} is ${JSON.stringify(answer) ?? 'no answer'}`, () => {
      expect(readAnswer(Buffer.from(payload))).toEqual(answer)
    })
  }
})
