import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { session } from '../../src/console/hub/session.ts'
import { route } from '../../src/console/router.ts'
import { openConsole, screen, waitFor } from '../support/console/console-scene.tsx'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

let hub: TestHub
beforeAll(async () => {
  hub = await startTestHub()
})
afterAll(() => hub[Symbol.asyncDispose]())

async function makeLink(): Promise<string> {
  const { link } = (await hub.api('POST', '/api/sign-in-links', { body: { name: 'eva', role: 'auditor' } })).json()
  return new URL(link).hash
}

describe('whoever is not signed in', () => {
  test('is asked for a token, told what is wrong with it, and let in by a good one', async () => {
    using scene = openConsole(hub, '#/devices', { token: 'sgn_none' })
    await scene.says('With a link or with a token.')
    await scene.fill(/Token/, 'sgn_wrong_one')
    await scene.click('Sign in')
    await scene.says('Request id')
    expect(session.value).toBeNull()
    await scene.fill(/Token/, hub.adminToken)
    await scene.click('Sign in')
    await waitFor(() => expect(session.value).toMatchObject({ role: 'admin', via: 'token' }))
  })

  test('uses up no link by opening it, is let in by its button, and finds no secret left in the address', async () => {
    using scene = openConsole(hub, await makeLink(), { token: 'sgn_none' })
    await scene.click('Sign in with this link')
    await scene.says('eva, auditor')
    expect(route.value.path).toEqual(['overview'])
  })

  test('is told that a link has served its turn', async () => {
    const link = await makeLink()
    using first = openConsole(hub, link, { token: 'sgn_none' })
    await first.click('Sign in with this link')
    await first.says('eva, auditor')
    first[Symbol.dispose]()
    using second = openConsole(hub, link, { token: 'sgn_none', language: 'ru' })
    await second.click('Войти по этой ссылке')
    await second.says('Ссылка действует один раз, 15 минут.')
  })
})

describe('whoever is signed in', () => {
  test('finds an address that leads nowhere told, and the rail to lead on', async () => {
    using scene = openConsole(hub, '#/no/such/page')
    await scene.says('There is no such page.')
    expect(screen.getAllByRole('link').map(({ textContent }) => textContent)).toContain('Devices')
  })

  test('chooses colours and language, which stay', async () => {
    using scene = openConsole(hub, '#/overview')
    await scene.says('local, admin')
    await scene.choose('Colours', 'dark')
    expect(document.documentElement.dataset['theme']).toBe('dark')
    await scene.choose('Language', 'ru')
    await scene.says('Обзор')
    expect(localStorage.getItem('signet.theme')).toBe('dark')
    await scene.choose('Язык', 'en')
    await scene.choose('Colours', 'system')
  })

  test('signs out', async () => {
    using scene = openConsole(hub, '#/overview', { token: 'sgn_none' })
    await scene.fill(/Token/, hub.adminToken)
    await scene.click('Sign in')
    await scene.says('admin-token, admin')
    session.value = { name: 'eva', role: 'admin', permissions: [], via: 'certificate', expiresAt: null }
    await waitFor(() => expect(screen.queryByText('Sign out')).toBeNull())
  })

  test('finds devices by the search, with the keyboard too', async () => {
    await hub.enrol('board-1', { userId: 'ada' })
    using scene = openConsole(hub, '#/overview')
    await scene.says('local, admin')
    await waitFor(async () => {
      await scene.press('/')
      expect(document.activeElement?.getAttribute('type')).toBe('search')
    })
    await scene.fill(/Find a device/, 'boar')
    await scene.says('device of ada')
    await scene.press('Enter')
    await scene.fill(/Find a device/, 'nothing is called so')
    await scene.says('Nothing is called so.')
    await waitFor(async () => {
      await scene.press('/')
      expect(document.activeElement?.getAttribute('type')).toBe('search')
    })
    await scene.press('Escape')
    await waitFor(() => expect(scene.text()).not.toContain('Nothing is called so.'))
  })
})
