import { z } from '@hono/zod-openapi'
import { emqxField } from './emqx-request.ts'

export const emqxActionSchema = z
  .object({
    clientid: emqxField.optional(),
    username: emqxField.optional(),
    cert_common_name: emqxField.optional().openapi({ description: 'Tells whose a client id is that anybody may use' }),
    action: z.enum(['publish', 'subscribe']),
    topic: z.string().openapi({ description: 'A topic name, or the filter of a subscription, shared or not' }),
  })
  .openapi('EmqxAction')

export const emqxAuthorizationSchema = z
  .object({ result: z.enum(['allow', 'deny', 'ignore']) })
  .openapi('EmqxAuthorization')
