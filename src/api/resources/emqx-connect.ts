import { z } from '@hono/zod-openapi'
import { emqxField } from './emqx-request.ts'

export const emqxConnectSchema = z
  .object({
    clientid: emqxField.optional(),
    username: emqxField.optional(),
    cert_common_name: emqxField.optional(),
    cert_subject: emqxField.optional(),
    cert_pem: emqxField.optional().openapi({ description: 'Base64 of the DER, PEM, or base64 of PEM' }),
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
