import { expect, test } from 'vitest'
import { hasFreeSpace } from '../../src/db/free-space.ts'

test.for([
  { of: 'a disk with room for a change', bavail: 16, blocks: 100, expected: true },
  { of: 'a disk with less', bavail: 15, blocks: 100, expected: false },
  { of: 'a file system that does not tell', bavail: 0, blocks: 0, expected: true },
])('$of: $expected', ({ bavail, blocks, expected }) => {
  const asked: string[] = []
  const readDisk = (path: string) => {
    asked.push(path)
    return { bavail, blocks, bsize: 4096 }
  }
  expect(hasFreeSpace('/data/hub.db', readDisk)).toBe(expected)
  expect(asked).toEqual(['/data'])
})
