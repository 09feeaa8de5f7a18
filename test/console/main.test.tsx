import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { PATIENCE } from '../support/patience.ts'

/** What a browser has and a document of a test has not: a hub to fetch from, and its streams. */
function stubBrowser(answer: (url: string) => Response) {
  const asked: string[] = []
  const streams: string[] = []
  vi.stubGlobal('fetch', async (url: string) => {
    asked.push(url)
    return answer(url)
  })
  const closed: string[] = []
  const refusals: (() => void)[] = []
  class EventSource {
    readonly #address: string
    constructor(address: string) {
      this.#address = address
      streams.push(address)
    }
    readyState = 1
    addEventListener(type: string, listen: () => void): void {
      if (type !== 'error') return
      refusals.push(() => {
        this.readyState = 2
        listen()
      })
    }
    close(): void {
      closed.push(this.#address)
    }
  }
  vi.stubGlobal('EventSource', EventSource)
  return { asked, streams, closed, refusals }
}

const EVA = { name: 'eva', role: 'auditor', permissions: ['read'], via: 'link', expiresAt: null }

function refuse(status: number): Response {
  return Response.json({ title: 'No', status, detail: 'Sign in', code: 'no' }, { status })
}

beforeEach(() => {
  vi.resetModules()
  vi.useFakeTimers({ toFake: ['setInterval'] })
  localStorage.clear()
  location.hash = ''
})
afterEach(async () => {
  const { render } = await import('preact')
  const place = document.getElementById('console')
  if (place) render(null, place)
  place?.remove()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

function placeConsole(): HTMLElement {
  const place = document.body.appendChild(document.createElement('div'))
  place.id = 'console'
  return place
}

test('a document with a place for the console gets it, and its pages hear of events', async () => {
  const { asked, streams } = stubBrowser((url) => (url === 'api/session' ? Response.json(EVA) : refuse(503)))
  const place = placeConsole()
  await import('../../src/console/main.tsx')
  await vi.waitFor(() => expect(place.textContent).toContain('eva, auditor'), PATIENCE)
  expect(asked[0]).toBe('api/session')
  expect(document.documentElement.lang).toMatch(/^(?:en|ru)$/)
  expect(document.documentElement.dataset['theme']).toMatch(/^(?:light|dark)$/)
  await vi.waitFor(() => expect(streams).toContain('api/events'), PATIENCE)
})

test('a stream of events that is refused has the session looked at, and no answer changes nothing', async () => {
  let isAway = false
  const { asked, refusals } = stubBrowser((url) =>
    url === 'api/session' && !isAway ? Response.json(EVA) : refuse(503),
  )
  const place = placeConsole()
  await import('../../src/console/main.tsx')
  await vi.waitFor(() => expect(refusals).toHaveLength(1), PATIENCE)
  isAway = true
  refusals[0]?.()
  await vi.waitFor(() => expect(asked.filter((url) => url === 'api/session')).toHaveLength(2), PATIENCE)
  await new Promise(setImmediate)
  expect(place.textContent).toContain('eva, auditor')
})

test('a session that has ended leads to where one signs in', async () => {
  let isEnded = false
  const { streams, closed } = stubBrowser((url) =>
    url === 'api/session' && !isEnded ? Response.json(EVA) : refuse(isEnded ? 401 : 503),
  )
  const place = placeConsole()
  await import('../../src/console/main.tsx')
  await vi.waitFor(() => expect(place.textContent).toContain('eva, auditor'), PATIENCE)
  await vi.waitFor(() => expect(streams).toContain('api/events'), PATIENCE)
  isEnded = true
  location.hash = '#/devices'
  await vi.waitFor(() => expect(place.querySelector('input[type=password]')).not.toBeNull(), PATIENCE)
  expect(closed).toEqual(['api/events'])
})

test('a document without a place for it stays as it is, and the hub is asked nothing', async () => {
  const { asked } = stubBrowser(() => refuse(401))
  const before = document.body.innerHTML
  await import('../../src/console/main.tsx')
  await new Promise(setImmediate)
  expect(document.body.innerHTML).toBe(before)
  expect(asked).toEqual([])
})
