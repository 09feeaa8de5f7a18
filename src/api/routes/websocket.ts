import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { RecordRefusal, RefusalCause } from '../../refusal.ts'
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
  return new OpenAPIHono<ApiEnv>().openapi(upgrade, (c) => {
    const { origin } = c.env
    const isSecure = origin.surface === 'https'
    const verdict = judgeWebSocket({ isSecure, header: (name) => c.req.header(name) }, https, offer)
    const refuse = (cause: RefusalCause, presented: string | undefined, expected: string): void =>
      recordRefusal({
        address: origin.address,
        surface: 'wss',
        cause,
        presented: { header: presented ?? '' },
        expected,
      })
    switch (verdict) {
      case 'origin_not_allowed':
        refuse(verdict, c.req.header('origin'), 'https://<name of the hub>:<api.port>, or one of mqtt.allowed_origins')
        return respondWithProblem(c, 'forbidden', 'Pages of this origin may not connect: see mqtt.allowed_origins')
      case 'sub_protocol_missing':
        refuse(verdict, c.req.header('sec-websocket-protocol'), offer.subProtocols.join(' or '))
        return respondWithProblem(
          c,
          'bad_request',
          `Sec-WebSocket-Protocol must name ${offer.subProtocols.join(' or ')}`,
        )
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
