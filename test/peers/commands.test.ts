import { expect, test } from 'vitest'
import { needPrograms } from '../support/foreign-program.ts'
import { readGuide, readTables } from '../support/guide.ts'
import { openGuideScene } from '../support/guide-scene.ts'
import { walkGuide } from '../support/guide-walk.ts'

const WALK_MS = 300_000

/** Those whose commands name nothing that the reader must fill in. */
const README_SECTIONS = [
  'Backup',
  'A device in a minute',
  'What a back end asks of it',
  'What the broker tells of itself',
  'Beside an existing EMQX',
]

const NOTHING_TO_RUN = ['docker-compose']

test("each line that answers a script is run, in the table's order", { timeout: WALK_MS }, async (context) => {
  needPrograms(context, 'curl', 'openssl')
  await using scene = await openGuideScene()
  const rows = readTables('docs/scripts.md')
  for (const { cells } of rows) {
    const [, line] = /^`(.+)`$/.exec(cells[1] ?? '') ?? []
    if (line !== undefined) await scene.type(line)
    else expect(NOTHING_TO_RUN).toContain(/^`([\w.-]+)/.exec(cells[0] ?? '')?.[1])
  }
  expect(rows).toHaveLength(11)
})

test("the README's first device is made, asked, revoked and refused as it says", {
  timeout: WALK_MS,
}, async (context) => {
  needPrograms(context, 'curl', 'openssl', 'mosquitto_rr')
  await using scene = await openGuideScene()
  await scene.type('bin/signet.mjs start')
  const blocks = readGuide('README.md').filter(({ heading }) => README_SECTIONS.includes(heading))
  expect(new Set(blocks.map(({ heading }) => heading)).size).toBe(README_SECTIONS.length)
  await walkGuide(scene, blocks)
})
