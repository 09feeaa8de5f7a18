import { expect, test } from 'vitest'
import { needPrograms } from '../support/foreign-program.ts'
import { readGuide } from '../support/guide.ts'
import { openGuideScene } from '../support/guide-scene.ts'
import { walkGuide } from '../support/guide-walk.ts'

// Each command is a process or two of its own, on a machine that does other things beside.
const WALK_MS = 300_000

for (const { guide, programs } of [
  { guide: 'docs/events.md', programs: ['curl'] },
  { guide: 'docs/webhooks.md', programs: ['openssl'] },
]) {
  test(`${guide} does what it says`, { timeout: WALK_MS }, async (context) => {
    needPrograms(context, ...programs)
    await using scene = await openGuideScene()
    expect(await walkGuide(scene, readGuide(guide))).toEqual([])
  })
}
