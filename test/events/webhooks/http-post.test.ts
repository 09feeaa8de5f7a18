import { expect, test } from 'vitest'
import { pinTo } from '../../../src/events/webhooks/http-post.ts'

const ADDRESSES = [
  { address: '192.0.2.1', family: 4 },
  { address: '2001:db8::1', family: 6 },
]

function ask(addresses: typeof ADDRESSES, all: boolean): unknown[] {
  let answer: unknown[] = []
  pinTo(addresses)('whatever.example', { all }, (...told) => {
    answer = told
  })
  return answer
}

test('whoever asks for a name is given the addresses that were judged', () => {
  expect(ask(ADDRESSES, true)).toEqual([null, ADDRESSES])
  expect(ask(ADDRESSES, false)).toEqual([null, '192.0.2.1', 4])
  expect(ask([], false)).toEqual([null, '', 0])
})
