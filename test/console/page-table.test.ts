import { expect, test } from 'vitest'
import { findPage } from '../../src/console/page-table.ts'

for (const { path, page } of [
  { path: ['overview'], page: 'OverviewPage' },
  { path: ['devices'], page: 'DevicesPage' },
  { path: ['devices', 'add'], page: 'AddDevicePage' },
  { path: ['devices', 'board-1'], page: 'DevicePage' },
]) {
  test(`#/${path.join('/')} leads to ${page}`, async () => {
    expect((await findPage(path)?.())?.name).toBe(page)
  })
}

for (const path of [[], ['no', 'such'], ['Devices'], ['constructor']]) {
  test(`#/${path.join('/')} leads nowhere`, () => expect(findPage(path)).toBeUndefined())
}
