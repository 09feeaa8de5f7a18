import { beforeEach, describe, expect, test, vi } from 'vitest'
import { startLanguage } from '../../src/console/language.ts'
import { SearchField } from '../../src/console/search-field.tsx'
import { drawInDocument, fireEvent, screen, waitFor } from '../support/console/console-scene.tsx'
import { PATIENCE } from '../support/patience.ts'

const HITS = [
  { kind: 'device', id: 'board-1', text: 'device of ada' },
  { kind: 'session', id: 'back/end', text: 'live session' },
  { kind: 'certificate', id: '0a', text: 'certificate of board-1' },
]

beforeEach(() => {
  localStorage.clear()
  startLanguage(['en'])
  location.hash = '#/overview'
})

function drawSearch(answer: (url: string) => Response | Promise<Response> = () => Response.json({ items: HITS })) {
  const asked: string[] = []
  const scene = drawInDocument(
    <div>
      <SearchField />
      <textarea aria-label="Elsewhere" />
      <button type="button">Beside</button>
    </div>,
    async (url) => {
      asked.push(url)
      return answer(url)
    },
  )
  return { scene, asked, field: screen.getByRole<HTMLInputElement>('searchbox') }
}

describe('the search', () => {
  test('asks for what was typed, without the spaces around it, and says what it found', async () => {
    const { scene, asked } = drawSearch()
    using _ = scene
    await scene.fill(/Find a device/, ' board ')
    await scene.says('device of ada')
    expect(asked).toEqual(['api/search?q=board'])
    expect(screen.getAllByRole('link').map((link) => link.getAttribute('href'))).toEqual([
      '#/devices/board-1',
      '#/sessions/back%2Fend',
      '#/certificates/0a',
    ])
  })

  test('is emptied by leading to what it found', async () => {
    const { scene, field } = drawSearch()
    using _ = scene
    await scene.fill(/Find a device/, 'board')
    await scene.click(/device of ada/, 'link')
    await waitFor(() => expect(screen.queryByRole('link')).toBeNull())
    expect(field.value).toBe('')
  })

  test('leads to the first that it found by Enter, and nowhere while it found none', async () => {
    const { scene, field } = drawSearch()
    using _ = scene
    field.focus()
    await scene.press('Enter')
    expect(location.hash).toBe('#/overview')
    await scene.fill(/Find a device/, 'board')
    await scene.says('device of ada')
    await scene.press('Enter')
    expect(location.hash).toBe('#/devices/board-1')
    await waitFor(() => expect(field.value).toBe(''))
  })

  test('is emptied by Escape, and by no other key', async () => {
    const { scene, field } = drawSearch()
    using _ = scene
    field.focus()
    await scene.fill(/Find a device/, 'board')
    await scene.says('device of ada')
    await scene.press('a')
    expect(field.value).toBe('board')
    await scene.press('Escape')
    await waitFor(() => expect(screen.queryByRole('link')).toBeNull())
    expect(field.value).toBe('')
  })

  test('is come back to by Escape from a hit', async () => {
    const { scene, field } = drawSearch()
    using _ = scene
    await scene.fill(/Find a device/, 'board')
    const [hit] = await screen.findAllByRole('link')
    hit?.focus()
    await scene.press('Escape')
    await waitFor(() => expect(screen.queryByRole('link')).toBeNull())
    expect(document.activeElement).toBe(field)
  })

  test('asks nothing about spaces', async () => {
    const { scene, asked } = drawSearch()
    using _ = scene
    await scene.fill(/Find a device/, '   ')
    await scene.fill(/Find a device/, 'x')
    await scene.says('device of ada')
    expect(asked).toEqual(['api/search?q=x'])
  })

  for (const { name, answer } of [
    { name: 'finds nothing', answer: () => Response.json({ items: [] }) },
    { name: 'fails', answer: () => Promise.reject(new TypeError('Failed to fetch')) },
  ]) {
    test(`says that nothing is called so where it ${name}`, async () => {
      const { scene } = drawSearch(answer)
      using _ = scene
      await scene.fill(/Find a device/, 'board')
      await scene.says('Nothing is called so.')
    })
  }

  test('heeds no answer to what is no longer wanted', async () => {
    const late = Promise.withResolvers<Response>()
    const { scene, asked } = drawSearch((url) => (url.endsWith('=old') ? late.promise : Response.json({ items: [] })))
    using _ = scene
    await scene.fill(/Find a device/, 'old')
    await waitFor(() => expect(asked).toHaveLength(1))
    await scene.fill(/Find a device/, 'new')
    await scene.says('Nothing is called so.')
    late.resolve(Response.json({ items: HITS }))
    await new Promise(setImmediate)
    expect(scene.text()).not.toContain('device of ada')
  })
})

describe('the key /', () => {
  test('leads to the search', async () => {
    const { scene, field } = drawSearch()
    using _ = scene
    await vi.waitFor(() => {
      expect(fireEvent.keyDown(document.body, { key: '/', bubbles: true })).toBe(false)
      expect(document.activeElement).toBe(field)
    }, PATIENCE)
  })

  test('is a letter where one writes, and other keys lead nowhere', async () => {
    const { scene, field } = drawSearch()
    using _ = scene
    const [elsewhere, beside] = [screen.getByLabelText('Elsewhere'), screen.getByText('Beside')]
    await vi.waitFor(() => expect(fireEvent.keyDown(beside, { key: '/', bubbles: true })).toBe(false), PATIENCE)
    elsewhere.focus()
    expect(fireEvent.keyDown(elsewhere, { key: '/', bubbles: true })).toBe(true)
    expect(document.activeElement).toBe(elsewhere)
    expect(fireEvent.keyDown(beside, { key: 'a', bubbles: true })).toBe(true)
    expect(document.activeElement).not.toBe(field)
  })

  test('is heard no longer once the search is gone', async () => {
    const { scene } = drawSearch()
    await vi.waitFor(() => expect(fireEvent.keyDown(document.body, { key: '/', bubbles: true })).toBe(false), PATIENCE)
    scene[Symbol.dispose]()
    await vi.waitFor(() => expect(fireEvent.keyDown(document.body, { key: '/', bubbles: true })).toBe(true), PATIENCE)
  })
})
