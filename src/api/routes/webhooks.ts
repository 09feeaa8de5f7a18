import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Webhooks } from '../../events/webhooks/webhooks.ts'
import type { Guard } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import { exact } from '../exact.ts'
import { BAD_BODY, BAD_CALLER, BAD_REQUEST, CONFLICT, json, jsonBody, NO_CONTENT, NOT_FOUND } from '../operation.ts'
import { pageOf, pageQuery, pageQuerySchema, pageSchema, readPageRequest, shapePage } from '../pagination.ts'
import {
  deliverySchema,
  newWebhookSchema,
  outcomeSchema,
  readWebhook,
  shapeDelivery,
  shapeOutcome,
  shapeWebhook,
  webhookChangesSchema,
  webhookRequestSchema,
  webhookSchema,
} from '../resources/webhook.ts'

const tags = ['webhooks']
const params = z.object({ id: z.string() })
const deliveryParams = params.extend({ delivery: z.string() })

const create = createRoute({
  method: 'post',
  path: '/',
  tags,
  summary: 'Have a URL told of events, or of messages',
  request: { body: jsonBody(webhookRequestSchema) },
  responses: {
    201: json(newWebhookSchema, 'The webhook, with its secret this once'),
    ...BAD_BODY,
    ...BAD_CALLER,
    ...CONFLICT,
  },
})

const list = createRoute({
  method: 'get',
  path: '/',
  tags,
  summary: 'List webhooks, without what is secret',
  request: { query: pageQuerySchema },
  responses: { 200: json(pageSchema(webhookSchema), 'In order of their ids'), ...BAD_REQUEST, ...BAD_CALLER },
})

const show = createRoute({
  method: 'get',
  path: '/{id}',
  tags,
  summary: 'One webhook, without what is secret',
  request: { params },
  responses: { 200: json(webhookSchema, 'The webhook'), ...BAD_CALLER, ...NOT_FOUND },
})

const change = createRoute({
  method: 'patch',
  path: '/{id}',
  tags,
  summary: 'Change a webhook; what waits for it is sent as it was made, to the new URL',
  request: { params, body: jsonBody(webhookChangesSchema) },
  responses: { 200: json(webhookSchema, 'The webhook'), ...BAD_BODY, ...BAD_CALLER, ...NOT_FOUND },
})

const remove = createRoute({
  method: 'delete',
  path: '/{id}',
  tags,
  summary: 'Remove a webhook with all that waits for it',
  request: { params },
  responses: { 204: NO_CONTENT, ...BAD_CALLER, ...NOT_FOUND },
})

const test = createRoute({
  method: 'post',
  path: '/{id}/test',
  tags,
  summary: 'Send an event webhook.test now, once',
  request: { params },
  responses: { 200: json(outcomeSchema, 'What became of it'), ...BAD_CALLER, ...NOT_FOUND },
})

const deliveries = createRoute({
  method: 'get',
  path: '/{id}/deliveries',
  tags,
  summary: 'What waits for its target, or for an operator',
  request: { params, query: z.object({ state: z.enum(['pending', 'dead']).default('dead'), ...pageQuery }) },
  responses: {
    200: json(pageSchema(deliverySchema), 'In order of their ids'),
    ...BAD_REQUEST,
    ...BAD_CALLER,
    ...NOT_FOUND,
  },
})

const retry = createRoute({
  method: 'post',
  path: '/{id}/deliveries/{delivery}/retry',
  tags,
  summary: 'Send it again, now and with all its attempts',
  request: { params: deliveryParams },
  responses: { 202: { description: 'It is due' }, ...BAD_CALLER, ...NOT_FOUND },
})

const drop = createRoute({
  method: 'delete',
  path: '/{id}/deliveries/{delivery}',
  tags,
  summary: 'Send it never',
  request: { params: deliveryParams },
  responses: { 204: NO_CONTENT, ...BAD_CALLER, ...NOT_FOUND },
})

export type WebhookCalls = Pick<
  Webhooks,
  'create' | 'list' | 'get' | 'change' | 'remove' | 'test' | 'figuresOf' | 'listDeliveries' | 'retry' | 'drop'
>

export function webhookRoutes(webhooks: WebhookCalls, guard: Guard) {
  const shape = (webhook: ReturnType<WebhookCalls['get']>) => shapeWebhook(webhook, webhooks.figuresOf(webhook.id))
  return new OpenAPIHono<ApiEnv>()
    .openapi({ ...create, middleware: guard('administer') }, (c) => {
      const { url, ...request } = c.req.valid('json')
      const webhook = webhooks.create({ url, ...exact(readWebhook(exact(request))) })
      return c.json({ ...shape(webhook), secret: webhook.secret }, 201)
    })
    .openapi({ ...list, middleware: guard('read') }, (c) => {
      const page = pageOf(webhooks.list(), ({ id }) => id, readPageRequest(c.req.valid('query')))
      return c.json(shapePage(page, shape), 200)
    })
    .openapi({ ...show, middleware: guard('read') }, (c) => c.json(shape(webhooks.get(c.req.valid('param').id)), 200))
    .openapi({ ...change, middleware: guard('administer') }, (c) => {
      const { id } = c.req.valid('param')
      return c.json(shape(webhooks.change(id, readWebhook(exact(c.req.valid('json'))))), 200)
    })
    .openapi({ ...remove, middleware: guard('administer') }, (c) => {
      webhooks.remove(c.req.valid('param').id)
      return c.body(null, 204)
    })
    .openapi({ ...test, middleware: guard('administer') }, async (c) => {
      const { id } = c.req.valid('param')
      return c.json(shapeOutcome(await webhooks.test(id, c.req.raw.signal)), 200)
    })
    .openapi({ ...deliveries, middleware: guard('read') }, (c) => {
      const { state, ...query } = c.req.valid('query')
      const page = webhooks.listDeliveries(c.req.valid('param').id, state, readPageRequest(query))
      return c.json(shapePage(page, shapeDelivery), 200)
    })
    .openapi({ ...retry, middleware: guard('operate') }, (c) => {
      const { id, delivery } = c.req.valid('param')
      webhooks.retry(id, delivery)
      return c.body(null, 202)
    })
    .openapi({ ...drop, middleware: guard('operate') }, (c) => {
      const { id, delivery } = c.req.valid('param')
      webhooks.drop(id, delivery)
      return c.body(null, 204)
    })
}
