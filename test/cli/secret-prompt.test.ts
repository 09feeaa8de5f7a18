import { describe, expect, test } from 'vitest'
import { SecretPrompt } from '../../src/cli/secret-prompt.ts'
import { createTerminal } from './terminal.ts'

async function answers(keys: readonly string[] | undefined, questions: number) {
  const { terminal, read } = createTerminal({ cwd: '/', ...(keys ? { keys } : {}) })
  await using prompt = new SecretPrompt(terminal)
  const given: (string | undefined)[] = []
  for (let asked = 0; asked < questions; asked += 1) given.push(await prompt.ask('Passphrase: '))
  return { given, ...read() }
}

describe('a secret that is typed', () => {
  for (const { name, keys, expected } of [
    { name: 'key by key', keys: ['s', 'e', 'c', '\r'], expected: ['sec'] },
    { name: 'in one piece, with the next', keys: ['one\rtwo\r'], expected: ['one', 'two'] },
    { name: 'with a mistake', keys: ['sef\u007fc\n'], expected: ['sec'] },
    { name: 'with more than ASCII', keys: ['ключ🔑\b\r'], expected: ['ключ'] },
    { name: 'of nothing', keys: ['\r'], expected: [undefined] },
    { name: 'and ended with Ctrl-D', keys: ['sec\u0004'], expected: ['sec'] },
    { name: 'before the terminal goes away', keys: ['sec'], expected: ['sec'] },
  ]) {
    test(name, async () => {
      const { given, stdout, stderr } = await answers(keys, expected.length)
      expect(given).toEqual(expected)
      // Asked where answers are not, and nothing is shown of them.
      expect({ stdout, stderr }).toEqual({ stdout: '', stderr: 'Passphrase: \n'.repeat(expected.length) })
    })
  }

  test('letters of several bytes that arrive apart are put together', async () => {
    const { terminal } = createTerminal({ cwd: '/' })
    const [first, second] = [Buffer.from('é').subarray(0, 1), Buffer.from('é\r').subarray(1)]
    async function* halves() {
      yield first
      yield second
    }
    const stdin = { isTTY: true, [Symbol.asyncIterator]: halves }
    await using prompt = new SecretPrompt({ ...terminal, stdin })
    expect(await prompt.ask('')).toBe('é')
  })

  test('Ctrl-C is a failure, and the terminal is as it was', async () => {
    await expect(answers(['se\u0003'], 1)).rejects.toThrow('Interrupted')
  })

  test('is not asked for where nobody sits', async () => {
    expect(await answers(undefined, 1)).toMatchObject({ given: [undefined], stderr: '' })
  })
})
