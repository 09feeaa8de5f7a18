import { expect, test } from 'vitest'
import { attendDownload } from '../../../src/api/request/attended-download.ts'
import { useFakeTimeouts } from '../../support/fake-timeouts.ts'

/** A stream of three octets that says when it was let go. */
function createSource({ isConnected = true } = {}) {
  const source = { isReleased: false, aborted: 0 }
  async function* stream(): AsyncGenerator<Uint8Array> {
    try {
      yield* [Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(3)]
    } finally {
      source.isReleased = true
    }
  }
  const held = stream()
  const download = attendDownload(held, isConnected ? () => void source.aborted++ : undefined)
  return { source, held, download }
}

test('a reader that goes on is given all of it, however long that takes', async () => {
  using timeouts = useFakeTimeouts()
  const { source, download } = createSource()
  const taken: number[] = []
  for await (const chunk of download) {
    taken.push(...chunk)
    timeouts.advance(29_000)
  }
  expect(taken).toEqual([1, 2, 3])
  expect(source).toEqual({ isReleased: true, aborted: 0 })
  expect(timeouts.running).toBe(0)
})

test('a reader that takes nothing for half a minute is cut off, and what it held is let go', async () => {
  using timeouts = useFakeTimeouts()
  const { source, download } = createSource()
  const reader = download.getReader()
  await reader.read()
  timeouts.advance(30_000)
  expect(await reader.read()).toMatchObject({ done: true })
  expect(source).toEqual({ isReleased: true, aborted: 1 })
  expect(timeouts.running).toBe(0)
})

test('a reader without a connection is told', async () => {
  using timeouts = useFakeTimeouts()
  const { source, download } = createSource({ isConnected: false })
  const reader = download.getReader()
  await reader.read()
  timeouts.advance(30_000)
  await expect(reader.read()).rejects.toThrow('took nothing')
  expect(source.isReleased).toBe(true)
})

test('what cannot be let go is told to the reader', async () => {
  using timeouts = useFakeTimeouts()
  async function* stubborn(): AsyncGenerator<Uint8Array> {
    try {
      yield Uint8Array.of(1)
    } finally {
      // biome-ignore lint/correctness/noUnsafeFinally: as a folder that cannot be removed
      throw new Error('the folder is busy')
    }
  }
  const reader = attendDownload(stubborn(), () => undefined).getReader()
  await reader.read()
  timeouts.advance(30_000)
  await expect(reader.closed).rejects.toThrow('the folder is busy')
})

test('one that never begins is given up too', async () => {
  using timeouts = useFakeTimeouts()
  const { source, held } = createSource()
  timeouts.advance(30_000)
  expect(source.aborted).toBe(1)
  expect(await held.next()).toMatchObject({ done: true })
})

test('one that leaves lets go at once', async () => {
  using timeouts = useFakeTimeouts()
  const { source, download } = createSource()
  const reader = download.getReader()
  await reader.read()
  await reader.cancel()
  expect(source).toEqual({ isReleased: true, aborted: 0 })
  expect(timeouts.running).toBe(0)
})
