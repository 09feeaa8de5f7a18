import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { RecordRefusal } from '../../refusal.ts'
import type { ApiEnv } from '../api-env.ts'
import { PUBLIC, problem } from '../operation.ts'
import type { HttpsIdentity, WebSocketOffer } from '../ports.ts'
import { respondWithProblem } from '../problem.ts'
import { judgeWebSocket, MQTT_PATH } from '../request/websocket-rule.ts'

const upgrade = createRoute({
  method: 'get',
  path: MQTT_PATH,
  tags: ['mqtt'],
  ...PUBLIC,
  summary: 'MQTT 3.1.1 over WebSocket, sub-protocol mqtt; the client certificate of the connection says who it is',
  responses: {
    101: { description: 'MQTT from here on, in binary frames' },
    400: problem('A header of the upgrade is wrong, or no sub-protocol carries MQTT'),
    403: problem('The Origin of the web page is not allowed: mqtt.allowed_origins'),
    426: problem('No upgrade to a WebSocket, or not over TLS'),
  },
})

/** Answers what is not given a WebSocket; the others have left HTTP before any route sees them. */
export function webSocketRoutes(https: HttpsIdentity, offer: WebSocketOffer, recordRefusal: RecordRefusal) {
  const subProtocols = offer.subProtocols.join(' or ')
  return new OpenAPIHono<ApiEnv>().openapi(upgrade, (c) => {
    const header = (name: string): string | undefined => c.req.header(name)
    const { address, surface } = c.env.origin
    const cause = judgeWebSocket({ isSecure: surface === 'https', header }, https, offer)
    switch (cause) {
      case 'origin_not_allowed': {
        const presented = { origin: header('origin') ?? '' }
        recordRefusal({
          address,
          surface: 'wss',
          cause,
          presented,
          expected: 'the hub, or one of mqtt.allowed_origins',
        })
        return respondWithProblem(c, 'forbidden', 'Pages of this origin may not connect: see mqtt.allowed_origins')
      }
      case 'sub_protocol_missing': {
        const presented = { subProtocols: header('sec-websocket-protocol') ?? '' }
        recordRefusal({ address, surface: 'wss', cause, presented, expected: subProtocols })
        return respondWithProblem(c, 'bad_request', `Sec-WebSocket-Protocol must name ${subProtocols}`)
      }
      case 'malformed':
        return respondWithProblem(c, 'bad_request', 'Sec-WebSocket-Key or Sec-WebSocket-Protocol is not valid')
      default:
        return requireUpgrade(c)
    }
  })
}

function requireUpgrade(c: Context<ApiEnv>): Response {
  const response = respondWithProblem(
    c,
    'upgrade_required',
    'MQTT is spoken here over WebSocket, version 13, within TLS',
  )
  // RFC 9110 §15.5.22, RFC 6455 §4.2.2
  response.headers.set('connection', 'upgrade')
  response.headers.set('upgrade', 'websocket')
  response.headers.set('sec-websocket-version', '13')
  return response
}
