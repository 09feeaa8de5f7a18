import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { run } from '../cli/terminal.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startTestHub } from '../support/test-hub.ts'

test('signet events --follow outlives its hub, and misses nothing of what happened before, between and after', async () => {
  await using folder = await temporaryFolder()
  const signals = new EventEmitter()
  const output = new EventEmitter()
  const written: string[] = []
  const onOutput = (text: string): void => {
    written.push(text)
    output.emit('text')
  }
  const seen = (word: string): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!written.some((text) => text.includes(word))) return
        output.off('text', look)
        resolve()
      }
      output.on('text', look)
      look()
    })

  const first = await startTestHub({ folder: folder.path })
  const argv = ['events', '--follow', '--type', 'certificate.issued']
  const followed = run({ argv, cwd: folder.path, signals, onOutput })
  while (!written.some((text) => text.includes('probe'))) await first.enrol('probe')
  await first[Symbol.asyncDispose]()
  await seen('has broken')

  await using second = await startTestHub({ folder: folder.path })
  await second.enrol('while-away')
  await seen('id=while-away')
  await second.enrol('after')
  await seen('id=after')
  signals.emit('SIGINT')
  const { code, stdout, stderr } = await followed
  expect([code, stderr]).toEqual([0, 'The connection to the hub has broken: trying until it is back\n'])
  const ids = stdout.split('\n').flatMap((line) => /id=(while-away|after)/.exec(line)?.[1] ?? [])
  expect(ids).toEqual(['while-away', 'after'])
})
