import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { isTopicFilter } from '../../topic.ts'
import type { Guard } from '../access/guard.ts'
import { type StreamWatchParts, watchReader } from '../access/stream-watch.ts'
import type { ApiEnv } from '../api-env.ts'
import { exact } from '../exact.ts'
import type { MessageStreams } from '../messages/message-streams.ts'
import { BAD_CALLER, BAD_REQUEST, problem } from '../operation.ts'
import { deviceIdSchema } from '../resources/identifier.ts'

const EVENT_STREAM = 'text/event-stream'

const EXAMPLE =
  'event: message\ndata: {"at":"2026-03-01T12:00:00.000Z","topicName":"users/user-1/devices/device-001/state","qos":1,"retain":false,"encoding":"plain","payload":"21.5","bytes":4,"truncated":false,"sender":{"clientId":"device-001","kind":"device","id":"device-001"}}\n\n'

const querySchema = z.object({
  topicFilter: z.string().max(1024).refine(isTopicFilter, 'A topic filter as a SUBSCRIBE has one').default('#'),
  deviceId: deviceIdSchema.optional().openapi({ description: 'Only what this device sends' }),
})

const tail = createRoute({
  method: 'get',
  path: '/',
  tags: ['messages'],
  summary: 'Messages as they are accepted, for whoever looks now',
  description:
    'Server-sent events, four times a second at most. `message`: topicName, qos, retain, payload with its encoding (plain or base64) cut at 4096 octets, its whole length in bytes, and the sender. `lost`: how many there were more than a reader is told of. Eight readers at most; nothing is kept, and nothing is sent again.',
  request: { query: querySchema },
  responses: {
    200: { description: 'The messages', content: { [EVENT_STREAM]: { schema: { type: 'string' }, example: EXAMPLE } } },
    ...BAD_REQUEST,
    ...BAD_CALLER,
    429: problem('Eight readers are there already'),
  },
})

export interface MessageRouteParts extends StreamWatchParts {
  readonly messageStreams: Pick<MessageStreams, 'open'>
}

export function messageRoutes(parts: MessageRouteParts, guard: Guard) {
  return new OpenAPIHono<ApiEnv>().openapi({ ...tail, middleware: guard('operate') }, (c) => {
    const { topicFilter, ...sender } = c.req.valid('query')
    const reader = watchReader(c, 'operate', parts)
    const stream = parts.messageStreams.open({ topicFilter, ...exact(sender), ...reader })
    // nginx would else keep what comes until there is more of it.
    return c.body(stream, 200, { 'content-type': EVENT_STREAM, 'x-accel-buffering': 'no', 'cache-control': 'no-store' })
  })
}
