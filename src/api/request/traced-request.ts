import type { MiddlewareHandler } from 'hono'
import { inSpan } from '../../tracing.ts'
import type { ApiEnv } from '../api-env.ts'
import { answeringRoute } from './answering-route.ts'

/** A span for each request, by the semantic conventions of OpenTelemetry for HTTP servers; its query is left out. */
export function tracedRequest(): MiddlewareHandler<ApiEnv> {
  return async function traceRequest(c, next) {
    const { method, path } = c.req
    const [traceparent, tracestate] = [c.req.header('traceparent'), c.req.header('tracestate')]
    const attributes = {
      'http.request.method': method,
      'url.path': path,
      'url.scheme': c.env.origin.surface === 'http' ? 'http' : 'https',
      'client.address': c.env.origin.address,
    }
    const plan = { name: method, kind: 'server', attributes, carrier: { traceparent, tracestate } } as const
    await inSpan(plan, async (note) => {
      await next()
      const route = answeringRoute(c)
      if (route !== undefined) note.rename(`${method} ${route}`)
      note.add({
        ...(route === undefined ? {} : { 'http.route': route }),
        'http.response.status_code': c.res.status,
        'signet.request_id': c.var.requestId,
      })
      if (c.res.status >= 500) note.fail(String(c.res.status))
    })
  }
}
