import type { Context, MiddlewareHandler, Next } from 'hono'
import { inSpan, isTraced } from '../../tracing.ts'
import type { ApiEnv } from '../api-env.ts'
import { answeringRoute } from './answering-route.ts'

/** A span for each request, by the semantic conventions of OpenTelemetry for HTTP servers; its query is left out. */
export function tracedRequest(): MiddlewareHandler<ApiEnv> {
  return function traceRequest(c, next) {
    return isTraced() ? answerInSpan(c, next) : next()
  }
}

function answerInSpan(c: Context<ApiEnv>, next: Next): Promise<void> {
  const { method, path } = c.req
  const [traceparent, tracestate] = [c.req.header('traceparent'), c.req.header('tracestate')]
  const attributes = {
    'http.request.method': method,
    'url.path': path,
    'url.scheme': c.env.origin.surface === 'http' ? 'http' : 'https',
    'client.address': c.env.origin.address,
  }
  const plan = { name: method, kind: 'server', attributes, carrier: { traceparent, tracestate } } as const
  return inSpan(plan, async (note) => {
    await next()
    const route = answeringRoute(c)
    if (route !== undefined) note.rename(`${method} ${route}`)
    note.add({
      ...(route === undefined ? {} : { 'http.route': route }),
      'http.response.status_code': c.res.status,
      'signet.request_id': c.get('requestId'),
    })
    if (c.res.status >= 500) note.fail(String(c.res.status))
  })
}
