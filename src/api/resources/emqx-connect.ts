import { z } from '@hono/zod-openapi'
import type { EmqxConnect } from '../../registry/emqx-authenticator.ts'
import { exact } from '../exact.ts'

// Other fields may stand in the body that an administrator wrote into emqx.conf; null is EMQX's word for an absent value.
const field = z
  .string()
  .nullish()
  .transform((text) => text ?? undefined)
  .openapi({ type: 'string' })

export const emqxConnectSchema = z
  .object({
    clientid: field.optional(),
    username: field.optional(),
    cert_common_name: field.optional(),
    cert_subject: field.optional(),
    cert_pem: field.optional().openapi({ description: 'Base64 of the DER, PEM, or base64 of PEM' }),
  })
  .openapi('EmqxConnect')

export const emqxVerdictSchema = z
  .object({
    result: z.enum(['allow', 'deny', 'ignore']),
    is_superuser: z.literal(false),
    client_attrs: z.record(z.string(), z.string()).optional(),
    expire_at: z.int().optional().openapi({ description: 'Unix seconds' }),
    acl: z
      .array(
        z.object({
          permission: z.enum(['allow', 'deny']),
          action: z.enum(['publish', 'subscribe', 'all']),
          topic: z.string(),
        }),
      )
      .optional(),
  })
  .openapi('EmqxVerdict')

/** What EMQX says of a client, JSON or form; nothing when it cannot be read. */
export function parseEmqxConnect(body: Uint8Array, contentType = ''): EmqxConnect | undefined {
  const text = new TextDecoder().decode(body)
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(contentType)
  const parsed = emqxConnectSchema.safeParse(isForm ? Object.fromEntries(new URLSearchParams(text)) : parseJson(text))
  return parsed.success ? exact(parsed.data) : undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Not JSON is an answer here, not a failure: the schema refuses it.
    return undefined
  }
}
