import { describe, expect, test } from 'vitest'
import { describeRefusal } from '../../../src/cli/hub/hub-refusal.ts'

const PROBLEM = 'application/problem+json; charset=utf-8'

describe('a problem document is one sentence with its code', () => {
  for (const { name, type, answer, message, code } of [
    {
      name: 'detail and code',
      type: PROBLEM,
      answer: '{"title":"Not found","detail":"Device x is unknown.","code":"device_not_found"}',
      message: 'Device x is unknown (device_not_found)',
      code: 'device_not_found',
    },
    {
      name: 'the fields that are wrong',
      type: PROBLEM,
      answer: '{"detail":"The body is wrong","code":"bad_request","errors":[{"path":"role","message":"unknown"}]}',
      message: 'The body is wrong; role: unknown (bad_request)',
      code: 'bad_request',
    },
    { name: 'a title alone', type: PROBLEM, answer: '{"title":"Not found"}', message: 'Not found', code: undefined },
    { name: 'nothing', type: PROBLEM, answer: '{}', message: 'HTTP status 502', code: undefined },
    {
      name: 'broken JSON',
      type: PROBLEM,
      answer: '{',
      message: 'The hub answered with HTTP status 502',
      code: undefined,
    },
    {
      name: 'no object',
      type: PROBLEM,
      answer: '3',
      message: 'The hub answered with HTTP status 502',
      code: undefined,
    },
    {
      name: 'another type',
      type: 'text/html',
      answer: '<h1>Bad gateway</h1>',
      message: 'The hub answered with HTTP status 502',
      code: undefined,
    },
    { name: 'no type', type: undefined, answer: '', message: 'The hub answered with HTTP status 502', code: undefined },
  ]) {
    test(name, () => expect(describeRefusal(502, type, answer)).toMatchObject({ message, code }))
  }
})
