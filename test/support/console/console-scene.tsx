import { fireEvent, screen, waitFor } from '@testing-library/dom'
import type { ComponentChild } from 'preact'
import { render } from 'preact'
import { App } from '../../../src/console/app.tsx'
import { type ApiClient, createApiClient } from '../../../src/console/hub/api-client.ts'
import { HubProvider } from '../../../src/console/hub/console-hub.ts'
import { createEventFeed, type EventStream } from '../../../src/console/hub/event-feed.ts'
import { EVENT_TYPES } from '../../../src/console/hub/event-types.ts'
import { type Session, session } from '../../../src/console/hub/session.ts'
import { startLanguage } from '../../../src/console/language.ts'
import { now } from '../../../src/console/parts/moment.tsx'
import { startRouter } from '../../../src/console/router.ts'
import { startTheme } from '../../../src/console/theme.ts'
import type { TestHub } from '../test-hub.ts'

export { fireEvent, screen, waitFor }

export interface ConsoleScene extends Disposable {
  readonly api: ApiClient
  /** All that the page says. */
  text(): string
  /** Waits until the page says so. */
  says(words: string | RegExp): Promise<void>
  click(name: string | RegExp, role?: string): Promise<void>
  fill(label: string | RegExp, value: string): Promise<void>
  /** What a stream of the hub hands to the browser: an event of this type. */
  tell(type: string, data: unknown, id?: string): void
}

const ADMINISTRATOR: Session = {
  name: 'ada',
  role: 'admin',
  permissions: ['administer', 'operate', 'publish', 'read', 'validate'],
  via: 'token',
  expiresAt: null,
}

export interface SceneOptions {
  readonly language?: 'en' | 'ru'
  readonly session?: Session
}

/** The console over a hub in this process, opened at an address such as `#/devices`. */
export function openConsole(hub: TestHub, address: string, options: SceneOptions = {}): ConsoleScene {
  location.hash = address
  startTheme()
  startLanguage([options.language ?? 'en'])
  startRouter()
  now.value = hub.clock.now()
  session.value = options.session ?? ADMINISTRATOR
  return drawInDocument(<App />, (path, init) =>
    hub.hub.fetch(new Request(new URL(path, 'https://localhost:3000/'), init)),
  )
}

type FetchHub = Parameters<typeof createApiClient>[0]

/** Any part of the console, in a document of its own. */
export function drawInDocument(child: ComponentChild, fetchHub: FetchHub = unreachable): ConsoleScene {
  const place = document.body.appendChild(document.createElement('div'))
  const listeners = new Map<string, (message: MessageEvent<string>) => void>()
  const openStream = (): EventStream => {
    const mine: string[] = []
    return {
      addEventListener(type, listen) {
        mine.push(type)
        listeners.set(type, listen)
      },
      close() {
        for (const type of mine) listeners.delete(type)
      },
    }
  }
  const api = createApiClient(fetchHub, () => {
    session.value = null
  })
  const events = createEventFeed(openStream, EVENT_TYPES)
  render(<HubProvider value={{ api, events, openStream }}>{child}</HubProvider>, place)
  return {
    api,
    text: () => place.textContent ?? '',
    says: (words) =>
      waitFor(() => demand(matches(place.textContent ?? '', words), `the page does not say ${words}`), PATIENCE),
    async click(name, role = 'button') {
      fireEvent.click(await screen.findByRole(role, { name }, PATIENCE))
    },
    async fill(label, value) {
      fireEvent.input(await screen.findByLabelText(label, {}, PATIENCE), { target: { value } })
    },
    tell: (type, data, id = '1') =>
      listeners.get(type)?.({
        data: JSON.stringify({ id, type, at: now.value.toISOString(), data }),
      } as MessageEvent<string>),
    [Symbol.dispose]() {
      render(null, place)
      place.remove()
    },
  }
}

// The machine does other things beside: this is when to give up, not how long it takes.
const PATIENCE = { timeout: 20_000 }

async function unreachable(): Promise<Response> {
  throw new TypeError('no hub')
}

function matches(text: string, words: string | RegExp): boolean {
  return typeof words === 'string' ? text.includes(words) : words.test(text)
}

function demand(holds: boolean, complaint: string): void {
  if (!holds) throw new Error(complaint)
}
