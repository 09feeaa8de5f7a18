import { render } from 'preact'
import { App } from './app.tsx'
import { createApiClient } from './hub/api-client.ts'
import { type ConsoleHub, HubProvider } from './hub/console-hub.ts'
import { createEventFeed, type EventStream } from './hub/event-feed.ts'
import { EVENT_TYPES } from './hub/event-types.ts'
import { session } from './hub/session.ts'
import { startLanguage } from './language.ts'
import { startNow } from './parts/moment.tsx'
import { startRouter } from './router.ts'
import { startTheme } from './theme.ts'

const openStream = (address: string): EventStream => new EventSource(address)
const hub: ConsoleHub = {
  api: createApiClient(
    (url, init) => fetch(url, init),
    () => {
      session.value = null
    },
  ),
  events: createEventFeed(() => openStream('api/events'), EVENT_TYPES),
  openStream,
}

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
