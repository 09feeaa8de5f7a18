import { expect, test } from 'vitest'
import type { AcceptedMessage } from '../../src/broker/delivery/message-feed.ts'
import { MessageLog } from '../../src/testing/message-log.ts'

function message(topic: string, payload = ''): AcceptedMessage {
  return { topic, payload: Buffer.from(payload), qos: 0, retain: false, clientId: 'dev-1' }
}

test('a message that has come already is not waited for', async () => {
  const log = new MessageLog()
  log.add(message('a/b', '1'))
  expect((await log.wait('a/+', {})).payload.toString()).toBe('1')
})

test('one that comes later ends the wait, those that are not wished for do not', async () => {
  const log = new MessageLog()
  const wished = log.wait('a/#', { where: ({ payload }) => payload.toString() === 'ready' })
  log.add(message('b', 'ready'))
  log.add(message('a', 'booting'))
  log.add(message('a', 'ready'))
  expect(await wished).toMatchObject({ topic: 'a', payload: Buffer.from('ready') })
})

test('a wait in vain says what has come instead', async () => {
  const log = new MessageLog()
  await expect(log.wait('a', { timeout: 1 })).rejects.toThrow('No message on a within 1 ms: nothing was published')
  log.add(message('b'))
  log.add(message('b'))
  log.add(message('c'))
  await expect(log.wait('a', { timeout: 1 })).rejects.toThrow('No message on a within 1 ms: published were b, c')
})

test('a wish that throws rejects its own wait alone', async () => {
  const log = new MessageLog()
  const failing = log.wait('a', {
    where: () => {
      throw new Error('mine')
    },
  })
  const other = log.wait('a', {})
  log.add(message('a'))
  await expect(failing).rejects.toThrow('mine')
  expect(await other).toMatchObject({ topic: 'a' })
})

test('lists what has come, in order, the last ten thousand of it', () => {
  const log = new MessageLog()
  for (let n = 0; n < 10_001; n++) log.add(message(`t/${n}`))
  const listed = log.list('t/+')
  expect(listed).toHaveLength(10_000)
  expect([listed[0]?.topic, listed.at(-1)?.topic]).toEqual(['t/1', 't/10000'])
})
