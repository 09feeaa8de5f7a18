import { once } from 'node:events'
import { MessageChannel } from 'node:worker_threads'
import { hashSync } from 'bcryptjs'
import { expect, test } from 'vitest'
import { answerAll } from '../../src/registry/bcrypt-worker.ts'

test('a question is answered by its number, over the port it came by', async () => {
  const { port1, port2 } = new MessageChannel()
  answerAll(port2)
  const digest = hashSync('correct horse', 4)
  for (const { id, password, isRight } of [
    { id: 1, password: 'correct horse', isRight: true },
    { id: 2, password: 'wrong', isRight: false },
  ]) {
    port1.postMessage({ id, password, digest })
    expect(await once(port1, 'message')).toEqual([{ id, isRight }])
  }
  port1.close()
})
