import { z } from '@hono/zod-openapi'
import type { SessionView } from '../../broker/session-list.ts'
import { DURATION_PATTERN, readDuration } from '../../duration.ts'
import { pageQuery } from '../pagination.ts'

const LONGEST_BAN_SECONDS = 86_400

export const sessionSchema = z
  .object({
    clientId: z.string(),
    identity: z.object({
      kind: z.enum(['device', 'service', 'anonymous']),
      id: z.string(),
      userId: z.string().optional().openapi({ description: 'Of a device that is connected' }),
    }),
    connected: z.boolean(),
    connectedAt: z.iso.datetime().nullable(),
    address: z.string().nullable(),
    surface: z.string().nullable().openapi({ example: 'mqtts' }),
    protocolVersion: z.int().nullable().openapi({ description: 'The protocol level: 3 is MQTT 3.1, 4 is 3.1.1' }),
    keepAlive: z.int().nullable().openapi({ description: 'Seconds; 0 is off' }),
    fingerprint: z.string().nullable().openapi({ description: 'Of the certificate it has shown' }),
    tls: z
      .object({
        version: z.string().openapi({ example: 'TLSv1.3' }),
        cipher: z.string().openapi({ example: 'TLS_AES_256_GCM_SHA384' }),
      })
      .nullable(),
    willTopic: z.string().nullable().openapi({ description: 'Of the will it came with' }),
    cleanSession: z.boolean().openapi({ description: 'Whether it ends with its connection' }),
    subscriptions: z.array(z.object({ topicFilter: z.string(), qos: z.int() })),
    queued: z
      .object({ messages: z.int(), bytes: z.int() })
      .openapi({ description: 'QoS 1 and 2 that waits, or is unacknowledged; bytes are topics and payloads' }),
    inFlight: z.int().openapi({ description: 'Of those, sent and unacknowledged' }),
    messages: z
      .object({ received: z.int(), sent: z.int() })
      .openapi({ description: 'From it and to it, since it began or the hub was started' }),
    expiresAt: z.iso.datetime().nullable().openapi({ description: 'When it ends unless its client comes back' }),
  })
  .openapi('Session')

export const sessionQuerySchema = z.object({
  ...pageQuery,
  q: z.string().max(256).optional().openapi({ description: 'Part of a client id, or a whole address' }),
  state: z.enum(['connected', 'disconnected']).optional(),
  deviceId: z.string().max(64).optional().openapi({ description: 'Whose they are; of a service its name' }),
  kind: z.enum(['device', 'service']).default('device').openapi({ description: 'What `deviceId` names' }),
})

export const sessionEndQuerySchema = z.object({
  ban: z
    .string()
    .regex(DURATION_PATTERN, 'A duration such as 90s, 5m or 1h')
    .transform(readDuration)
    .pipe(z.int().min(1).max(LONGEST_BAN_SECONDS, 'A day at most: for longer, suspend the device'))
    .optional()
    .openapi({ type: 'string', description: 'How long it is refused, a day at most', example: '5m' }),
})

export function shapeSession(session: SessionView): z.infer<typeof sessionSchema> {
  const { clientId, identity, connection, cleanSession, subscriptions, queued, inFlight, messages, expiresAt } = session
  const { kind, id, userId } = identity
  return {
    clientId,
    identity: userId === undefined ? { kind, id } : { kind, id, userId },
    connected: connection !== undefined,
    connectedAt: connection?.connectedAt.toISOString() ?? null,
    address: connection?.address ?? null,
    surface: connection?.surface ?? null,
    protocolVersion: connection?.protocolVersion ?? null,
    keepAlive: connection?.keepAlive ?? null,
    fingerprint: connection?.fingerprint ?? null,
    tls: connection?.tls ? { ...connection.tls } : null,
    willTopic: connection?.willTopic ?? null,
    cleanSession,
    subscriptions: subscriptions.map(({ topicFilter, qos }) => ({ topicFilter, qos })),
    queued: { messages: queued.messages, bytes: queued.bytes },
    inFlight,
    messages: { ...messages },
    expiresAt: expiresAt?.toISOString() ?? null,
  }
}
