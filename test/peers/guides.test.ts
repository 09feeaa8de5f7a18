import { expect, test } from 'vitest'
import { needPrograms } from '../support/foreign-program.ts'
import { readGuide } from '../support/guide.ts'
import { openGuideScene } from '../support/guide-scene.ts'
import { walkGuide } from '../support/guide-walk.ts'

// Each command is a process or two of its own, on a machine that does other things beside.
const WALK_MS = 180_000

/** The other guides begin with it. */
const FLEET = readGuide('docs/from-openssl-certificates.md').filter(({ heading }) => heading === 'A fleet to try it with')

test('who comes from openssl certificates gets in and back as the guide says', {
  timeout: WALK_MS,
}, async (context) => {
  needPrograms(context, 'openssl', 'mosquitto_pub')
  await using scene = await openGuideScene()
  const leftAlone = await walkGuide(scene, readGuide('docs/from-openssl-certificates.md'))
  expect(leftAlone).toEqual([])
})

test('who comes from Mosquitto gets in and back as the guide says', { timeout: WALK_MS }, async (context) => {
  needPrograms(context, 'openssl', 'mosquitto', 'mosquitto_pub', 'mosquitto_sub')
  await using scene = await openGuideScene()
  await walkGuide(scene, FLEET)
  expect(await walkGuide(scene, readGuide('docs/from-mosquitto.md'))).toEqual([])
})
