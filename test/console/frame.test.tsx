import { beforeEach, describe, expect, test } from 'vitest'
import { Frame, Who } from '../../src/console/frame.tsx'
import { type Session, session } from '../../src/console/hub/session.ts'
import { language, startLanguage } from '../../src/console/language.ts'
import { route } from '../../src/console/router.ts'
import { startTheme, theme } from '../../src/console/theme.ts'
import { drawInDocument, screen, waitFor } from '../support/console/console-scene.tsx'

const EVA: Session = { name: 'eva', role: 'auditor', permissions: ['read'], via: 'link', expiresAt: null }

beforeEach(() => {
  localStorage.clear()
  startLanguage(['en'])
  startTheme()
  session.value = EVA
  route.value = { path: ['devices'], query: {} }
})

const drawFrame = () =>
  drawInDocument(
    <Frame>
      <p>The page</p>
    </Frame>,
  )

const current = () =>
  screen
    .getAllByRole('link')
    .filter((link) => link.getAttribute('aria-current') === 'page')
    .map(({ textContent }) => textContent)

describe('the frame', () => {
  test('stands around the page, and its rail leads everywhere and marks where one is', async () => {
    using scene = drawFrame()
    await scene.says('The page')
    const rail = screen.getByRole('navigation', { name: 'Sections' })
    expect([...rail.querySelectorAll('a')].map((link) => link.getAttribute('href'))).toEqual([
      '#/overview',
      '#/devices',
      '#/services',
      '#/sessions',
      '#/certificates',
      '#/policies',
      '#/activity',
      '#/settings',
    ])
    expect(current()).toEqual(['Devices'])
    route.value = { path: [], query: {} }
    await waitFor(() => expect(current()).toEqual(['Overview']))
  })

  test('takes whoever uses keys to the page that was opened, and not away from its filters', async () => {
    using scene = drawFrame()
    const main = screen.getByRole('main')
    await waitFor(() => expect(document.activeElement).toBe(main))
    const search = screen.getByRole('searchbox')
    search.focus()
    route.value = { path: ['devices'], query: { q: 'board' } }
    await new Promise(setImmediate)
    expect(document.activeElement).toBe(search)
    route.value = { path: ['devices', 'board-1'], query: {} }
    await waitFor(() => expect(document.activeElement).toBe(main))
    search.focus()
    await scene.click('Skip to the page')
    expect(document.activeElement).toBe(main)
  })
})

describe('who is signed in', () => {
  test('is told, and signs out', async () => {
    const asked: unknown[] = []
    using scene = drawInDocument(<Who />, async (url, { method }) => {
      asked.push([method, url])
      return new Response(null, { status: 204 })
    })
    await scene.says('eva, auditor')
    await scene.click('Sign out')
    await waitFor(() => expect(screen.queryByText('eva, auditor')).toBeNull())
    expect(asked).toEqual([['DELETE', 'api/session']])
    expect(session.value).toBeNull()
  })

  test('stays signed in, and is told why, where the hub does not end the session', async () => {
    using scene = drawInDocument(<Who />)
    await scene.click('Sign out')
    await scene.says('The hub does not answer')
    expect(session.value).toEqual(EVA)
  })

  test('has nothing to sign out of by a certificate', () => {
    session.value = { ...EVA, via: 'certificate' }
    using scene = drawInDocument(<Who />)
    expect(scene.text()).toContain('eva, auditor')
    expect(screen.queryByRole('button')).toBeNull()
  })

  test('chooses colours and language, and of what there is none gets the first', async () => {
    using scene = drawInDocument(<Who />)
    await scene.choose('Colours', 'dark')
    expect(theme.value).toBe('dark')
    await scene.choose('Language', 'ru')
    await scene.says('Русский')
    await scene.says('eva, аудитор')
    expect(language.value).toBe('ru')
    await scene.choose('Цвета', 'purple')
    expect(theme.value).toBe('system')
  })
})
