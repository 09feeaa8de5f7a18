import { setImmediate } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'
import { hashSync } from 'bcryptjs'
import { expect, test } from 'vitest'
import { BcryptThread } from '../../src/registry/bcrypt-thread.ts'
import { runProgram } from '../support/program.ts'

const DIGEST = hashSync('correct horse', 4)
// A quarter of a second: long enough for this thread to do many other things.
const COSTLY = hashSync('correct horse', 11)

test('tells the password behind a hash from others, in whatever order they are asked', async () => {
  await using thread = new BcryptThread()
  const answers = ['correct horse', 'wrong', 'Correct horse', 'correct horse'].map((each) =>
    thread.compare(each, DIGEST),
  )
  expect(await Promise.all(answers)).toEqual([true, false, false, true])
})

test('goes on in this thread while another compares, which the first question starts', async () => {
  await using thread = new BcryptThread()
  using started = watchWorkers()
  expect(started.workers).toEqual([])
  let isAnswered = false
  let turns = 0
  const answer = thread.compare('correct horse', COSTLY).finally(() => {
    isAnswered = true
  })
  while (!isAnswered) {
    await setImmediate()
    turns += 1
  }
  expect(await answer).toBe(true)
  // bcryptjs in this thread gives way to others ten times a second.
  expect(turns).toBeGreaterThan(50)
  await thread.compare('correct horse', DIGEST)
  expect(started.workers).toHaveLength(1)
})

test('that is closed has no thread left, and starts none', async () => {
  using started = watchWorkers()
  const thread = new BcryptThread()
  const asked = thread.compare('correct horse', COSTLY)
  const refused = expect(asked).rejects.toThrow('has ended')
  await thread[Symbol.asyncDispose]()
  await refused
  await expect(thread.compare('correct horse', DIGEST)).rejects.toThrow('is closed')
  expect(started.workers.map(({ threadId }) => threadId)).toEqual([-1])
  await new BcryptThread()[Symbol.asyncDispose]()
})

test('whose thread fails says why, and asks another the next time', async () => {
  await using thread = new BcryptThread()
  using started = watchWorkers()
  await expect(thread.compare('correct horse', `$9${DIGEST.slice(2)}`)).rejects.toThrow(/salt/)
  expect(await thread.compare('correct horse', DIGEST)).toBe(true)
  expect(started.workers).toHaveLength(2)
})

test('keeps no process alive', async () => {
  const { href } = new URL('../../src/registry/bcrypt-thread.ts', import.meta.url)
  const script = [
    `import { createServer } from "node:net"; import { BcryptThread } from "${href}"`,
    'const server = createServer().listen(0, "127.0.0.1")',
    `console.log(await new BcryptThread().compare("correct horse", "${DIGEST}"))`,
    'server.close()',
  ].join(';')
  const line = `${process.execPath} --input-type=module -e '${script}'`
  expect(await runProgram(line, { cwd: import.meta.dirname })).toEqual({ code: 0, stdout: 'true\n', stderr: '' })
})

function watchWorkers(): Disposable & { readonly workers: readonly Worker[] } {
  const workers: Worker[] = []
  const note = (worker: Worker): void => void workers.push(worker)
  process.on('worker', note)
  return { workers, [Symbol.dispose]: () => void process.off('worker', note) }
}
