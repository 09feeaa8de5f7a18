import { z } from '@hono/zod-openapi'
import type { WebhookDelivery } from '../../events/webhooks/delivery.ts'
import type { Outcome } from '../../events/webhooks/sender.ts'
import type { Json, Webhook } from '../../events/webhooks/webhook.ts'
import type { WebhookFigures } from '../../events/webhooks/webhooks.ts'
import { isTopicFilter } from '../../topic.ts'
import type { Exact } from '../exact.ts'
import { typePatternSchema } from './event.ts'

const LONGEST_TEMPLATE = 65_536
// RFC 9110 §5.6.2, §5.5; what is ours to say is not theirs
const HEADER_NAME =
  /^(?!(?:connection|content-length|content-type|host|te|trailer|transfer-encoding|upgrade|user-agent|signet-[a-z]+)$)[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/i
const HEADER_VALUE = /^[\t\x20-\x7e]{0,2000}$/

const urlSchema = z
  .string()
  .max(2000)
  .refine(isTarget, 'An https URL without user name; http for private addresses that are allowed')
  .openapi({ description: 'Never shown again but for its origin: messengers have a token in it' })

const templateSchema = z
  .json()
  .refine((template) => JSON.stringify(template).length <= LONGEST_TEMPLATE, 'At most 64 KiB')
  .transform((template) => template as Json)
  .openapi({
    type: ['object', 'array', 'string', 'number', 'boolean', 'null'],
    description: 'The body, with {{path}} in its strings for what stands there in the event; null: the event itself',
  })

const fields = {
  name: z.string().max(100),
  state: z.enum(['active', 'paused']),
  secret: z
    .string()
    .min(16)
    .max(200)
    .openapi({ description: 'What deliveries are signed with; made here unless given' }),
  headers: z
    .record(z.string().regex(HEADER_NAME), z.string().regex(HEADER_VALUE))
    .openapi({ description: 'Beside ours, such as Authorization; only their names are shown again' }),
  events: z.array(typePatternSchema).max(50),
  topicFilters: z.array(z.string().refine(isTopicFilter, 'A topic filter')).max(50),
  format: z.enum(['json', 'form']),
  template: templateSchema,
}

export const webhookRequestSchema = z
  .strictObject({ url: urlSchema, ...z.object(fields).partial().shape })
  .openapi('WebhookRequest')

export const webhookChangesSchema = z
  .strictObject({ url: urlSchema, ...fields })
  .partial()
  .openapi('WebhookChanges')

export function readWebhook({ events, template, ...request }: Exact<z.infer<typeof webhookChangesSchema>>) {
  return {
    ...request,
    ...(events === undefined ? {} : { types: events }),
    ...(template === undefined ? {} : { template: template ?? undefined }),
  }
}

export const webhookSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    state: fields.state,
    target: z.string().openapi({ description: 'The origin of its URL' }),
    events: z.array(z.string()),
    topicFilters: z.array(z.string()),
    format: fields.format,
    hasTemplate: z.boolean(),
    headerNames: z.array(z.string()),
    createdAt: z.iso.datetime(),
    pending: z.int(),
    dead: z.int(),
    dropped: z.int().openapi({ description: 'Since the start of the hub, for want of room' }),
  })
  .openapi('Webhook')

export const newWebhookSchema = webhookSchema
  .extend({ secret: z.string().openapi({ description: 'Shown this once' }) })
  .openapi('NewWebhook')

/** Without what is secret: the URL, the secret, the headers, and the template, which may name tokens too. */
export function shapeWebhook(webhook: Webhook, figures: WebhookFigures): z.infer<typeof webhookSchema> {
  const { id, name, state, url, types, topicFilters, format, template, headers, createdAt } = webhook
  return {
    id,
    name,
    state,
    target: new URL(url).origin,
    events: [...types],
    topicFilters: [...topicFilters],
    format,
    hasTemplate: template !== undefined,
    headerNames: Object.keys(headers),
    createdAt: createdAt.toISOString(),
    ...figures,
  }
}

export const outcomeSchema = z
  .object({ delivered: z.boolean(), status: z.int().nullable(), error: z.string().nullable() })
  .openapi('WebhookOutcome')

export function shapeOutcome(outcome: Outcome): z.infer<typeof outcomeSchema> {
  const { delivered, status = null } = outcome
  return { delivered, status, error: outcome.delivered ? null : outcome.error }
}

export const deliverySchema = z
  .object({
    id: z.string(),
    event: z.string(),
    state: z.enum(['pending', 'dead']),
    attempts: z.int(),
    nextAt: z.iso.datetime().nullable(),
    error: z.string().nullable(),
    createdAt: z.iso.datetime(),
  })
  .openapi('WebhookDelivery')

export function shapeDelivery(delivery: WebhookDelivery): z.infer<typeof deliverySchema> {
  const { id, type, state, attempts, nextAt, error, createdAt } = delivery
  return {
    id,
    event: type,
    state,
    attempts,
    nextAt: state === 'pending' ? nextAt.toISOString() : null,
    error: error ?? null,
    createdAt: createdAt.toISOString(),
  }
}

function isTarget(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && ['http:', 'https:'].includes(url.protocol) && url.username === '' && url.password === ''
}
