import { expect, test } from 'vitest'
import type { GuideBlock } from '../support/guide.ts'
import { type GuideScene, openGuideScene } from '../support/guide-scene.ts'

function follow(scene: GuideScene, language: string, text: string, ...marks: readonly string[]): Promise<void> {
  const block: GuideBlock = { heading: 'A guide', language, marks: new Map(marks.map((mark) => [mark, ''])), text }
  return scene.follow(block)
}

test('a guide that shows what is not printed, or tells of a success that is none, is found out', async () => {
  await using scene = await openGuideScene()
  await follow(scene, 'console', '$ printf "a  b\\nc\\nd\\n"\na b\n…\nd')
  await expect(follow(scene, 'console', '$ printf "a\\nb\\n"\na')).rejects.toThrow('the guide shows\na')
  await expect(follow(scene, 'console', '$ printf "a\\n"\n… b')).rejects.toThrow('printed\na')
  await expect(follow(scene, 'sh', 'false\ntrue')).rejects.toThrow('ended with 1')
  await follow(scene, 'console', '$ ls nowhere\n…', 'fails')
  await expect(follow(scene, 'sh', 'true', 'fails')).rejects.toThrow('ended with 0')
  await expect(follow(scene, 'console', '^C', 'terminal')).rejects.toThrow('nothing runs')
  await expect(follow(scene, 'sh', 'true', 'terminal')).rejects.toThrow('nobody knows when')
})
