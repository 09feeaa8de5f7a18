import { isUtf8 } from 'node:buffer'
import type { AcceptedMessage } from '../../broker/delivery/message-feed.ts'
import type { EventEnvelope } from '../../logged-event.ts'
import { renderTemplate } from './template.ts'
import type { Json, Webhook } from './webhook.ts'

export const CONTENT_TYPES = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
} as const satisfies Record<Webhook['format'], string>

/** What is sent of the event, in the form the webhook asks for. */
export function renderBody(
  { template, format }: Pick<Webhook, 'template' | 'format'>,
  envelope: EventEnvelope,
): string {
  const body = template === undefined ? envelope : renderTemplate(template, withParsedPayload(envelope))
  return format === 'json' ? JSON.stringify(body) : encodeForm(body)
}

/** A message in the form of an event: a payload that is no UTF-8 goes as base64. */
export function envelopeOfMessage(message: AcceptedMessage, id: string, at: Date): EventEnvelope {
  const { topic, payload, qos, retain, clientId } = message
  const encoding = isUtf8(payload) ? 'utf8' : 'base64'
  const data = { topic, payload: payload.toString(encoding), encoding, qos, retain, clientId }
  return { id, type: 'message', at: at.toISOString(), data }
}

/** As `data.json`, where a message carries JSON. */
function withParsedPayload(envelope: EventEnvelope): unknown {
  const { payload } = envelope.data
  if (envelope.type !== 'message' || typeof payload !== 'string') return envelope
  return { ...envelope, data: { ...envelope.data, json: parseJson(payload) } }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The members of an object as fields (WHATWG URL §5); what is no plain value as JSON. */
function encodeForm(body: unknown): string {
  const fields = new URLSearchParams()
  for (const [name, value] of Object.entries(Object(body))) fields.append(name, fieldOf(value as Json))
  return fields.toString()
}

function fieldOf(value: Json): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
