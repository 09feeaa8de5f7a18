import { render } from 'preact'
import { App } from './app.tsx'
import { createApiClient } from './hub/api-client.ts'
import { type ConsoleHub, HubProvider } from './hub/console-hub.ts'
import { createEventFeed, type EventStream } from './hub/event-feed.ts'
import { EVENT_TYPES } from './hub/event-types.ts'
import { findSession, session } from './hub/session.ts'
import { limitStreams } from './hub/stream-slots.ts'
import { startLanguage } from './language.ts'
import { startNow } from './parts/moment.tsx'
import { startRouter } from './router.ts'
import { startTheme } from './theme.ts'

const openSource = (address: string): EventStream => new EventSource(address)
// A browser has six connections to one hub, for all its tabs: one is left to ask by.
const openEvents = limitStreams(openSource, navigator.locks, { name: 'events', most: 3 })
const openStream = limitStreams(openSource, navigator.locks, { name: 'messages', most: 2 })
const api = createApiClient(
  (url, init) => fetch(url, init),
  () => {
    session.value = null
  },
)
// Where nobody answers, the page says so when it asks for something.
const onRefused = (): void => void findSession(api).catch(() => undefined)
const events = createEventFeed({ open: openEvents, types: EVENT_TYPES, onRefused })
const hub: ConsoleHub = { api, events, openStream }

session.subscribe((value) => {
  if (!value) hub.events.end()
})
startTheme()
startLanguage(navigator.languages)
startRouter()
startNow()

const place = document.getElementById('console')
if (place) {
  render(
    <HubProvider value={hub}>
      <App />
    </HubProvider>,
    place,
  )
}
