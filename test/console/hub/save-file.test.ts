import { afterEach, expect, test, vi } from 'vitest'
import { saveFile } from '../../../src/console/hub/save-file.ts'

afterEach(() => void vi.restoreAllMocks())

test('a file is handed to the browser under its name, and its address forgotten', () => {
  const steps: unknown[] = []
  const content = new Blob(['octets'])
  vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
    steps.push(['made', blob])
    return 'blob:1'
  })
  vi.spyOn(window.HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    steps.push(['clicked', this.download, this.href])
  })
  vi.spyOn(URL, 'revokeObjectURL').mockImplementation((address) => void steps.push(['forgotten', address]))
  saveFile({ name: 'board-1.zip', content })
  expect(steps).toEqual([
    ['made', content],
    ['clicked', 'board-1.zip', 'blob:1'],
    ['forgotten', 'blob:1'],
  ])
})
