import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseHeader, USUAL_COST } from '../../src/backup/archive-key.ts'
import { needPrograms } from '../support/foreign-program.ts'
import { readGuide } from '../support/guide.ts'
import { type GuideScene, openGuideScene } from '../support/guide-scene.ts'
import { walkGuide } from '../support/guide-walk.ts'

// Each command is a process or two of its own, on a machine that does other things beside.
const WALK_MS = 300_000

test('who follows the page about backups gets back what was lost, and no revoked device in', {
  timeout: WALK_MS,
}, async (context) => {
  needPrograms(context, 'mosquitto_pub', 'mosquitto_sub', 'openssl', 'sqlite3', 'tar')
  await using scene = await openGuideScene()
  const leftAlone = await walkGuide(scene, readGuide('docs/backup.md'), {
    'The form of the file': async () => readByItsForm(scene),
  })
  expect(leftAlone).toEqual([])
})

/** With the program of the page, tar and sqlite3: nothing of ours. */
function readByItsForm({ folder }: GuideScene): void {
  // What a hub that somebody has started asks of a guess, and no test has made cheap.
  expect(parseHeader(readFileSync(join(folder, 'hub.backup')))).toMatchObject(USUAL_COST)
  const read = spawnSync(process.execPath, ['read-backup.mjs', 'hub.backup', 'passphrase'], {
    cwd: folder,
    maxBuffer: 64 * 1024 * 1024,
  })
  expect(read.stderr.toString()).toBe('')
  const names = ['manifest.json', 'certs/ca-cert.pem', 'certs/ca-key.pem', 'data/hub.db', 'data/mqtt.db']
  const listed = spawnSync('tar', ['-tf', '-'], { input: read.stdout, encoding: 'utf8' })
  expect(listed.stdout.trim().split('\n')).toEqual([...names, 'data/admin-token'])
  spawnSync('mkdir', [join(folder, 'read')])
  spawnSync('tar', ['-xf', '-', '-C', join(folder, 'read')], { input: read.stdout })
  for (const [name, query, answer] of [
    ['hub.db', 'pragma integrity_check', 'ok\n'],
    ['mqtt.db', 'pragma integrity_check', 'ok\n'],
    ['hub.db', 'select id, user_id from devices', 'pump-1|plant\n'],
    ['mqtt.db', 'select count(*) from queue', '1\n'],
  ] as const) {
    const { stdout } = spawnSync('sqlite3', [join(folder, 'read/data', name), query], { encoding: 'utf8' })
    expect(stdout, `${name}: ${query}`).toBe(answer)
  }
}
