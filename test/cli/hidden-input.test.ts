import { expect, test } from 'vitest'
import { askHidden } from '../../src/cli/hidden-input.ts'

function createInput(...chunks: readonly string[]) {
  const modes: boolean[] = []
  const written: string[] = []
  const state = { isReleased: false }
  async function* read() {
    try {
      for (const chunk of chunks) yield Buffer.from(chunk, 'latin1')
    } finally {
      state.isReleased = true
    }
  }
  const stdin = Object.assign(read(), { isTTY: true, setRawMode: (isRaw: boolean) => modes.push(isRaw) })
  return { stdin, stderr: { write: (text: string) => written.push(text) }, modes, written, state }
}

test('what is typed is read letter by letter, in raw mode, and not shown', async () => {
  const input = createInput('sec', 'rex\u007f', 't\r', 'again\n')
  expect(await askHidden(['One: ', 'Two: '], input)).toEqual(['secret', 'again'])
  expect(input.modes).toEqual([true, false])
  expect(input.written.join('')).toBe('One: \nTwo: \n')
  expect(input.state.isReleased).toBe(true)
})

test('letters of more than one octet come whole, and go whole', async () => {
  const octets = Buffer.from('жé\b\n').toString('latin1')
  const input = createInput(...octets)
  expect(await askHidden(['One: '], input)).toEqual(['ж'])
})

test('Ctrl-C ends it and leaves the terminal as it was; Ctrl-D and the end of the input end the line', async () => {
  const interrupted = createInput('sec\u0003')
  await expect(askHidden(['One: '], interrupted)).rejects.toThrow('Interrupted')
  expect(interrupted.modes).toEqual([true, false])
  expect(await askHidden(['One: ', 'Two: '], createInput('one\u0004two'))).toEqual(['one', 'two'])
})
