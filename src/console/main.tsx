import { render } from 'preact'
import { App } from './app.tsx'
import { createApiClient } from './hub/api-client.ts'
import { type ConsoleHub, HubProvider } from './hub/console-hub.ts'
import { createEventFeed, type EventStream } from './hub/event-feed.ts'
import { EVENT_TYPES } from './hub/event-types.ts'
import { findSession, session } from './hub/session.ts'
import { startLanguage } from './language.ts'
import { startNow } from './parts/moment.tsx'
import { startRouter } from './router.ts'
import { startTheme } from './theme.ts'

const openStream = (address: string): EventStream => new EventSource(address)
const api = createApiClient(
  (url, init) => fetch(url, init),
  () => {
    session.value = null
  },
)
// Where nobody answers, the page says so when it asks for something.
const onRefused = (): void => void findSession(api).catch(() => undefined)
const events = createEventFeed({ open: openStream, types: EVENT_TYPES, onRefused })
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
