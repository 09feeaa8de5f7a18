import { afterEach, expect, test, vi } from 'vitest'
import { Copyable } from '../../../src/console/parts/copy.tsx'
import { drawInDocument, fireEvent, screen } from '../../support/console/console-scene.tsx'

const FINGERPRINT = '4f2a91c07d3be85566aa01ffedcba98765432100'

afterEach(() => void vi.restoreAllMocks())

test('what is too long is cut in the middle, and copied whole', async () => {
  const copied: string[] = []
  vi.spyOn(navigator.clipboard, 'writeText').mockImplementation(async (text) => void copied.push(text))
  using scene = drawInDocument(<Copyable text={FINGERPRINT} length={11} />)
  expect(screen.getByTitle(FINGERPRINT).textContent).toBe('4f2a9…32100')
  await scene.click('Copy')
  await scene.says('Copied')
  expect(copied).toEqual([FINGERPRINT])
  fireEvent.blur(screen.getByRole('button'))
  await scene.says('Copy')
})

test('what is short is shown whole', () => {
  using scene = drawInDocument(<Copyable text="board-1" />)
  expect(scene.text()).toBe('board-1Copy')
})

test('a browser that lets nothing be copied is told of', async () => {
  vi.spyOn(navigator.clipboard, 'writeText').mockRejectedValue(new DOMException('no', 'NotAllowedError'))
  using scene = drawInDocument(<Copyable text={FINGERPRINT} />)
  await scene.click('Copy')
  await scene.says('Not copied: mark the text and copy it by hand')
})
