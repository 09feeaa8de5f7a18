import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { asideFolder, decideSwap, discardStage, findFreeId, finishSwap, openStage } from '../../src/backup/swap.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const ID = '2026-11-22T120000Z'

function prepare(root: string) {
  const folders = { data: join(root, 'data'), certs: join(root, 'certs') }
  for (const folder of Object.values(folders)) mkdirSync(folder)
  for (const name of ['hub.db', 'hub.db-wal', 'admin-token']) writeFileSync(join(folders.data, name), `old ${name}`)
  const stage = openStage(folders)
  for (const name of ['hub.db', 'rest.db']) writeFileSync(join(stage.data, name), `new ${name}`)
  writeFileSync(join(stage.certs, 'ca-cert.pem'), 'new ca')
  const data = { put: ['hub.db'], retire: ['admin-token', 'never'] }
  return { folders, plan: { id: ID, folders, data, certs: { put: ['ca-cert.pem'], retire: [] } } }
}

test('new files take the place of the old ones, which are kept with their logs', async () => {
  await using root = await temporaryFolder()
  const { folders, plan } = prepare(root.path)
  decideSwap(plan)
  expect(finishSwap(folders.data)).toEqual(plan)
  const aside = asideFolder(plan, 'data')
  expect(readdirSync(folders.data)).toEqual([`before-restore-${ID}`, 'hub.db'])
  expect(readdirSync(aside)).toEqual(['admin-token', 'hub.db', 'hub.db-wal'])
  expect(readFileSync(join(folders.data, 'hub.db'), 'utf8')).toBe('new hub.db')
  expect(readFileSync(join(aside, 'hub.db'), 'utf8')).toBe('old hub.db')
  expect(readdirSync(folders.certs)).toEqual(['ca-cert.pem'])
  expect(finishSwap(folders.data)).toBeUndefined()
})

test('what was not decided is gone, what was decided is not', async () => {
  await using root = await temporaryFolder()
  const { folders, plan } = prepare(root.path)
  discardStage(folders)
  expect(readdirSync(folders.data)).toEqual(['admin-token', 'hub.db', 'hub.db-wal'])
  rmSync(root.path, { recursive: true })
  mkdirSync(root.path)
  const again = prepare(root.path)
  decideSwap(again.plan)
  discardStage(folders)
  expect(finishSwap(folders.data)).toEqual(plan)
  expect(readFileSync(join(folders.certs, 'ca-cert.pem'), 'utf8')).toBe('new ca')
})

test('what a kill has left of a swap that was done is cleared away', async () => {
  await using root = await temporaryFolder()
  mkdirSync(join(root.path, '.restore-decided'))
  expect(finishSwap(root.path)).toBeUndefined()
  expect(existsSync(join(root.path, '.restore-decided'))).toBe(false)
})

test('no old state is laid over another', async () => {
  await using root = await temporaryFolder()
  const { folders } = prepare(root.path)
  expect(findFreeId(folders, ID)).toBe(ID)
  mkdirSync(join(folders.certs, `before-restore-${ID}`))
  expect(findFreeId(folders, ID)).toBe(`${ID}-2`)
})
