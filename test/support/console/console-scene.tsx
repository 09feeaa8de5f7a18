import { configure, fireEvent, screen, waitFor, within } from '@testing-library/dom'
import type { ComponentChild } from 'preact'
import { render } from 'preact'
import { App } from '../../../src/console/app.tsx'
import { type ApiClient, createApiClient } from '../../../src/console/hub/api-client.ts'
import { HubProvider } from '../../../src/console/hub/console-hub.ts'
import { createEventFeed, type EventStream } from '../../../src/console/hub/event-feed.ts'
import { EVENT_TYPES } from '../../../src/console/hub/event-types.ts'
import { session } from '../../../src/console/hub/session.ts'
import { startLanguage } from '../../../src/console/language.ts'
import { now } from '../../../src/console/parts/moment.tsx'
import { startRouter } from '../../../src/console/router.ts'
import { startTheme } from '../../../src/console/theme.ts'
import { PATIENCE } from '../patience.ts'
import type { TestHub } from '../test-hub.ts'

export { fireEvent, screen, waitFor }

// The whole page in each complaint hides what it says.
configure({ asyncUtilTimeout: PATIENCE.timeout, getElementError: (message) => new Error(message ?? 'not found') })

export interface ConsoleScene extends Disposable {
  readonly api: ApiClient
  /** All that the page says. */
  text(): string
  /** Waits until the page says so. */
  says(words: string | RegExp): Promise<void>
  click(name: string | RegExp, role?: string): Promise<void>
  /** Answers the question that a button has asked, by the button of this name in it. */
  confirm(name: string | RegExp): Promise<void>
  fill(label: string | RegExp, value: string): Promise<void>
  /** Picks an entry of a menu by its value. */
  choose(label: string | RegExp, value: string): Promise<void>
  /** A key, where the focus is. */
  press(key: string): Promise<void>
  /** What a stream of the hub hands to the browser: an event of this type. */
  tell(type: string, data: unknown, id?: string): Promise<void>
  /** What a browser does where the hub answers with something else than the stream of these. */
  refuseStream(type: string): Promise<void>
}

export interface SceneOptions {
  readonly language?: 'en' | 'ru'
  /** Of whoever is signed in; without it the console is that of the hub's own machine, an administrator's. */
  readonly token?: string
}

/** The console over a hub in this process, opened at an address such as `#/devices`. */
export function openConsole(hub: TestHub, address: string, options: SceneOptions = {}): ConsoleScene {
  location.hash = address
  startTheme()
  startLanguage([options.language ?? 'en'])
  startRouter()
  now.value = hub.clock.now()
  session.value = undefined
  return drawInDocument(<App />, options.token === undefined ? inProcess(hub) : withToken(hub, options.token))
}

function inProcess({ hub }: TestHub): FetchHub {
  return (path, init) => hub.fetch(new Request(new URL(path, 'https://localhost:3000/'), init))
}

function withToken(hub: TestHub, token: string): FetchHub {
  return async (path, { method = 'GET', body }) => {
    const answer = await hub.api(method, `/${path}`, { token, ...(body ? { body: JSON.parse(String(body)) } : {}) })
    const headers = { 'content-type': String(answer.headers['content-type']) }
    return new Response(answer.status === 204 ? null : answer.text, { status: answer.status, headers })
  }
}

type FetchHub = Parameters<typeof createApiClient>[0]

/** Any part of the console, in a document of its own. */
export function drawInDocument(child: ComponentChild, fetchHub: FetchHub = unreachable): ConsoleScene {
  const place = document.body.appendChild(document.createElement('div'))
  const streams = new Set<Map<string, (message: MessageEvent<string>) => void>>()
  const listenersOf = (type: string) => [...streams].flatMap((listeners) => listeners.get(type) ?? [])
  let readyState = 1
  const openStream = (): EventStream => {
    const mine = new Map<string, (message: MessageEvent<string>) => void>()
    streams.add(mine)
    readyState = 1
    return {
      get readyState() {
        return readyState
      },
      addEventListener: (type, listen) => void mine.set(type, listen),
      close: () => void streams.delete(mine),
    }
  }
  const api = createApiClient(fetchHub, () => {
    session.value = null
  })
  const events = createEventFeed({ open: openStream, types: EVENT_TYPES, onRefused: () => undefined })
  render(<HubProvider value={{ api, events, openStream }}>{child}</HubProvider>, place)
  return {
    api,
    text: () => place.textContent ?? '',
    says: (words) =>
      waitFor(() =>
        demand(matches(place.textContent ?? '', words), `the page does not say ${words}, but: ${place.textContent}`),
      ),
    async click(name, role = 'button') {
      fireEvent.click(await screen.findByRole(role, { name }))
    },
    async confirm(name) {
      const dialog = within(await screen.findByRole('dialog'))
      fireEvent.click(dialog.getByRole('button', { name }))
    },
    async fill(label, value) {
      fireEvent.input(await screen.findByLabelText(label), { target: { value } })
    },
    async choose(label, value) {
      fireEvent.change(await screen.findByLabelText(label), { target: { value } })
    },
    async press(key) {
      const target = document.activeElement ?? document.body
      fireEvent.keyDown(target, { key, bubbles: true })
      if (key === 'Enter' && target.matches('input')) target.closest('form')?.requestSubmit()
      // Drawn anew before the next key, as between two keys of a person.
      await new Promise(setImmediate)
    },
    async tell(type, data, id = '1') {
      const [listener] = await waitFor(() => orFail(listenersOf(type), `nobody listens to ${type}`))
      const told = EVENT_TYPES.includes(type) ? { id, type, at: now.value.toISOString(), data } : data
      listener?.({ data: JSON.stringify(told) } as MessageEvent<string>)
    },
    async refuseStream(type) {
      await waitFor(() => orFail(listenersOf(type), `nobody listens to ${type}`))
      readyState = 2
      for (const stream of streams) if (stream.has(type)) stream.get('error')?.(new MessageEvent('error'))
    },
    [Symbol.dispose]() {
      render(null, place)
      events.end()
      place.remove()
    },
  }
}

async function unreachable(): Promise<Response> {
  throw new TypeError('no hub')
}

function matches(text: string, words: string | RegExp): boolean {
  return typeof words === 'string' ? text.includes(words) : words.test(text)
}

function demand(holds: boolean, complaint: string): void {
  if (!holds) fail(complaint)
}

function orFail<T>(found: readonly T[], complaint: string): readonly T[] {
  return found.length > 0 ? found : fail(complaint)
}

function fail(complaint: string): never {
  throw new Error(complaint)
}
