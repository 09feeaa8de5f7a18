import { afterEach, beforeEach, expect, test } from 'vitest'
import { session } from '../../../src/console/hub/session.ts'
import { ActivityPage } from '../../../src/console/pages/activity/activity-page.tsx'
import { EnrolmentPage } from '../../../src/console/pages/enrolment/enrolment-page.tsx'
import { OverviewPage } from '../../../src/console/pages/overview/overview-page.tsx'
import { ServicePage } from '../../../src/console/pages/services/service-page.tsx'
import { ServicesPage } from '../../../src/console/pages/services/services-page.tsx'
import { SettingsPage } from '../../../src/console/pages/settings/settings-page.tsx'
import { drawInDocument, fireEvent, screen, waitFor } from '../../support/console/console-scene.tsx'

const SAYS = 'The hub does not answer'
const ALL = ['administer', 'operate', 'read']

beforeEach(() => {
  session.value = { name: 'ada', role: 'admin', permissions: ALL, via: 'link', expiresAt: null }
})
afterEach(() => {
  session.value = undefined
})

test.each(['configuration', 'tokens', 'sign-in', 'webhooks', 'backup', 'help'])(
  'while the hub does not answer, %s says so, and every form keeps what was typed',
  async (tab) => {
    using scene = drawInDocument(<SettingsPage route={{ path: ['settings'], query: { tab, webhook: 'h1' } }} />)
    await scene.says(SAYS)
    const before = screen.getAllByRole('alert').length
    const form = document.querySelector('form')
    if (!form) return
    fireEvent.submit(form)
    await waitFor(() => expect(screen.getAllByRole('alert').length).toBe(before + 1))
  },
)

test.each(['refusals', 'events', 'audit'])('and so does %s', async (tab) => {
  using scene = drawInDocument(<ActivityPage route={{ path: ['activity'], query: { tab } }} />)
  await scene.says(SAYS)
  if (tab !== 'audit') return
  await scene.click('Verify the chain')
  await waitFor(() => expect(screen.getAllByRole('alert').length).toBe(2))
})

test.each([
  <EnrolmentPage key="enrolment" route={{ path: ['enrolment'], query: {} }} />,
  <ServicesPage key="list" route={{ path: ['services'], query: {} }} />,
  <ServicePage key="tokens" route={{ path: ['services', 'backend'], query: { tab: 'tokens' } }} />,
])('and so do enrolment, services and their tokens, whose forms stay', async (page) => {
  using scene = drawInDocument(page)
  await scene.says(SAYS)
  const before = screen.getAllByRole('alert').length
  fireEvent.submit(document.querySelector('form') as HTMLFormElement)
  await waitFor(() => expect(screen.getAllByRole('alert').length).toBe(before + 1))
})

test('while the hub does not answer, the overview says so once, and asks again for all of it', async () => {
  const asked: string[] = []
  const gone = async (url: string): Promise<Response> => {
    asked.push(url)
    throw new TypeError('no hub')
  }
  using scene = drawInDocument(<OverviewPage route={{ path: ['overview'], query: {} }} />, gone)
  await scene.says(SAYS)
  await waitFor(() => expect(screen.getAllByRole('alert')).toHaveLength(1))
  asked.length = 0
  await scene.click('Try again')
  expect(asked).toHaveLength(4)
})
