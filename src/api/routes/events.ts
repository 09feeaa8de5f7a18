import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import type { EventFilter } from '../../events/event-filter.ts'
import type { EventLog } from '../../events/event-log.ts'
import { envelopeOf } from '../../logged-event.ts'
import type { Guard } from '../access/guard.ts'
import { type StreamWatchParts, watchReader } from '../access/stream-watch.ts'
import type { ApiEnv } from '../api-env.ts'
import type { EventStreams } from '../events/event-streams.ts'
import { exact } from '../exact.ts'
import { BAD_CALLER, BAD_REQUEST } from '../operation.ts'
import { pageSchema, readPageRequest, shapePage } from '../pagination.ts'
import { eventHeaderSchema, eventQuerySchema, eventSchema } from '../resources/event.ts'

const EVENT_STREAM = 'text/event-stream'

const read = createRoute({
  method: 'get',
  path: '/',
  tags: ['events'],
  summary: 'What happens, as it happens; with Accept: application/json what has happened, newest first',
  description:
    'Server-sent events: `event` is the type, `data` the event. Resumed by `Last-Event-ID`; where some are not kept any more, an event `gap` comes first.',
  request: { query: eventQuerySchema, headers: eventHeaderSchema },
  responses: {
    200: {
      description: 'The events',
      content: {
        [EVENT_STREAM]: { schema: { type: 'string' } },
        'application/json': { schema: pageSchema(eventSchema) },
      },
    },
    ...BAD_REQUEST,
    ...BAD_CALLER,
  },
})

export interface EventRouteParts extends StreamWatchParts {
  readonly eventLog: Pick<EventLog, 'readBefore'>
  readonly eventStreams: Pick<EventStreams, 'open'>
}

export function eventRoutes(parts: EventRouteParts, guard: Guard) {
  const { eventLog, eventStreams } = parts
  return new OpenAPIHono<ApiEnv>().openapi({ ...read, middleware: guard('read') }, async (c) => {
    const { type: types = [], deviceId, lastEventId, limit, cursor } = c.req.valid('query')
    const { accept, 'last-event-id': resumed = lastEventId } = c.req.valid('header')
    const filter = { types, ...exact({ deviceId }) }
    if (asksForList(accept)) return c.json(await listEvents(filter, limit, cursor), 200)
    const after = resumed === undefined ? undefined : Number(resumed)
    const stream = eventStreams.open({ filter, after, ...watchReader(c, 'read', parts) })
    // nginx would else keep what comes until there is more of it.
    return c.body(stream, 200, { 'content-type': EVENT_STREAM, 'x-accel-buffering': 'no' })
  })

  async function listEvents(filter: EventFilter, limit: number, cursor: string | undefined) {
    const { after } = readPageRequest(exact({ limit, cursor }))
    const before = after === undefined ? undefined : Number(after)
    const events = await eventLog.readBefore(before, filter, limit + 1)
    const items = events.slice(0, limit)
    const last = items.at(-1)
    const page = events.length > limit && last ? { items, nextCursor: String(last.id) } : { items }
    return shapePage(page, envelopeOf)
  }
}

/** A browser's EventSource and curl ask for no list. */
function asksForList(accept = '*/*'): boolean {
  return accept.includes('application/json') && !accept.includes(EVENT_STREAM)
}
