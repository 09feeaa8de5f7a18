import { expect, test } from 'vitest'
import { findPage } from '../../src/console/page-table.ts'

for (const { path, page } of [
  { path: ['overview'], page: 'OverviewPage' },
  { path: ['devices'], page: 'DevicesPage' },
  { path: ['devices', 'add'], page: 'AddDevicePage' },
  { path: ['devices', 'board-1'], page: 'DevicePage' },
  { path: ['enrolment'], page: 'EnrolmentPage' },
  { path: ['services'], page: 'ServicesPage' },
  { path: ['services', 'backend'], page: 'ServicePage' },
  { path: ['sessions'], page: 'SessionsPage' },
  { path: ['sessions', 'board-1'], page: 'SessionPage' },
  { path: ['policies'], page: 'PoliciesPage' },
  { path: ['policies', 'device'], page: 'PolicyPage' },
  { path: ['certificates'], page: 'CertificatesPage' },
  { path: ['certificates', '0a'], page: 'CertificatePage' },
  { path: ['activity'], page: 'ActivityPage' },
  { path: ['settings'], page: 'SettingsPage' },
]) {
  test(`#/${path.join('/')} leads to ${page}`, async () => {
    expect((await findPage(path)?.())?.name).toBe(page)
  })
}

for (const path of [[], ['no', 'such'], ['Devices'], ['constructor']]) {
  test(`#/${path.join('/')} leads nowhere`, () => expect(findPage(path)).toBeUndefined())
}
