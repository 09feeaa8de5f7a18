import { expect, test } from 'vitest'
import { Verdicts } from '../../src/broker/verdicts.ts'

function createPolicy(allowed: string) {
  const asked: string[] = []
  const ask = (topicName: string): boolean => {
    asked.push(topicName)
    return topicName.startsWith(allowed)
  }
  return { asked, mayPublish: ask, maySubscribe: ask, mayReceive: ask }
}

test('a policy is asked once for each topic and direction, until it is another', () => {
  const verdicts = new Verdicts()
  const [first, second] = [createPolicy('a'), createPolicy('b')]
  for (let round = 0; round < 3; round++) {
    expect(verdicts.mayPublish(first, 'a')).toBe(true)
    expect(verdicts.mayReceive(first, 'b')).toBe(false)
  }
  expect(first.asked).toEqual(['a', 'b'])
  expect(verdicts.mayPublish(second, 'a')).toBe(false)
  expect(verdicts.mayReceive(second, 'b')).toBe(true)
  expect(verdicts.mayPublish(first, 'a')).toBe(true)
})

test('no policy lets anybody publish with a wildcard or on the broker’s own topics', () => {
  const policy = createPolicy('')
  const verdicts = new Verdicts()
  for (const topicName of ['a/+', '#', '$SYS/broker', '']) expect(verdicts.mayPublish(policy, topicName)).toBe(false)
})

test('no more topics are remembered than a client may make up in a while', () => {
  const policy = createPolicy('')
  const verdicts = new Verdicts()
  for (let index = 0; index < 3000; index++) verdicts.mayReceive(policy, `${index}`)
  verdicts.mayReceive(policy, '0')
  expect(policy.asked).toHaveLength(3001)
})
