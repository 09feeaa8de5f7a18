import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Clock } from '../../clock.ts'
import type { DeniedTopics } from '../../registry/denied-topics.ts'
import type { Devices } from '../../registry/devices.ts'
import type { Services } from '../../registry/services.ts'
import type { Guard } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import { BAD_BODY, BAD_CALLER, BAD_REQUEST, json, jsonBody, NOT_FOUND } from '../operation.ts'
import { pageQuerySchema } from '../pagination.ts'
import type { DiagnosisCalls, RefusalLog } from '../ports.ts'
import { deniedTopicSchema, shapeDeniedTopic } from '../resources/denied-topic.ts'
import {
  certificateVerdictSchema,
  checkupSchema,
  pastedCertificateSchema,
  shapeCheckup,
  shapeVerdict,
} from '../resources/diagnosis.ts'
import { deviceIdSchema, serviceNameSchema } from '../resources/identifier.ts'
import { refusalSchema, shapeRefusal } from '../resources/refusal.ts'
import { shapeTopicVerdict, topicQuestionSchema, topicVerdictSchema } from '../resources/topic-verdict.ts'

const tags = ['diagnostics']

const refusals = createRoute({
  method: 'get',
  path: '/refusals',
  tags,
  summary: 'Who was refused, why, and what mends it; newest first',
  request: { query: pageQuerySchema.pick({ limit: true }) },
  responses: { 200: json(z.object({ items: z.array(refusalSchema) }), 'The refusals'), ...BAD_REQUEST, ...BAD_CALLER },
})

const deniedTopics = createRoute({
  method: 'get',
  path: '/denied-topics',
  tags,
  summary: 'Which topics the policies deny to whom, the most frequent first',
  description: 'Counted in memory since the start, the newest 50 of each device or service and 2000 in all.',
  request: { query: pageQuerySchema.pick({ limit: true }) },
  responses: {
    200: json(z.object({ items: z.array(deniedTopicSchema) }), 'What was denied'),
    ...BAD_REQUEST,
    ...BAD_CALLER,
  },
})

const hub = createRoute({
  method: 'get',
  path: '/hub',
  tags,
  summary: 'Every check of the hub itself, with what mends what was found',
  responses: { 200: json(checkupSchema, 'The checks'), ...BAD_CALLER },
})

const device = createRoute({
  method: 'get',
  path: '/devices/{id}',
  tags,
  summary: 'Why a device is connected or not: state, certificates, session, last refusal, and what to do next',
  request: { params: z.object({ id: deviceIdSchema }) },
  responses: { 200: json(checkupSchema, 'The checks'), ...BAD_REQUEST, ...BAD_CALLER, ...NOT_FOUND },
})

const service = createRoute({
  method: 'get',
  path: '/services/{name}',
  tags,
  summary: 'The same of a service',
  request: { params: z.object({ name: serviceNameSchema }) },
  responses: { 200: json(checkupSchema, 'The checks'), ...BAD_REQUEST, ...BAD_CALLER, ...NOT_FOUND },
})

const certificate = createRoute({
  method: 'post',
  path: '/certificate',
  tags,
  summary: 'Whether this certificate would be let in as an MQTT client now; nothing is kept of it',
  request: { body: jsonBody(pastedCertificateSchema) },
  responses: { 200: json(certificateVerdictSchema, 'The verdict'), ...BAD_BODY, ...BAD_CALLER },
})

const topic = createRoute({
  method: 'get',
  path: '/topic',
  tags,
  summary: 'Whether a device may publish to a topic name or subscribe to a topic filter, and which rule decides',
  request: { query: topicQuestionSchema },
  responses: { 200: json(topicVerdictSchema, 'The verdict'), ...BAD_REQUEST, ...BAD_CALLER, ...NOT_FOUND },
})

export interface DiagnosticParts {
  readonly refusals: RefusalLog
  readonly deniedTopics: Pick<DeniedTopics, 'list'>
  readonly diagnosis: DiagnosisCalls
  readonly devices: Pick<Devices, 'get'>
  readonly services: Pick<Services, 'get'>
  readonly clock: Clock
}

export function diagnosticRoutes(
  { refusals: log, deniedTopics: denied, diagnosis, devices, services, clock }: DiagnosticParts,
  guard: Guard,
) {
  return new OpenAPIHono<ApiEnv>()
    .openapi({ ...refusals, middleware: guard('read') }, (c) => {
      const newest = log.list().slice(0, c.req.valid('query').limit)
      return c.json({ items: newest.map(shapeRefusal) }, 200)
    })
    .openapi({ ...deniedTopics, middleware: guard('read') }, (c) => {
      return c.json({ items: denied.list(c.req.valid('query').limit).map(shapeDeniedTopic) }, 200)
    })
    .openapi({ ...hub, middleware: guard('read') }, async (c) => {
      return c.json(shapeCheckup(clock(), await diagnosis.checkHub()), 200)
    })
    .openapi({ ...device, middleware: guard('read') }, (c) => {
      const { id, state } = devices.get(c.req.valid('param').id)
      return c.json(shapeCheckup(clock(), diagnosis.examine({ kind: 'device', id, state })), 200)
    })
    .openapi({ ...service, middleware: guard('read') }, (c) => {
      const { name: id, state } = services.get(c.req.valid('param').name)
      return c.json(shapeCheckup(clock(), diagnosis.examine({ kind: 'service', id, state })), 200)
    })
    .openapi({ ...topic, middleware: guard('read') }, (c) => {
      const { deviceId, ...question } = c.req.valid('query')
      return c.json(shapeTopicVerdict(diagnosis.judgeTopic(devices.get(deviceId), question)), 200)
    })
    .openapi({ ...certificate, middleware: guard('read') }, (c) => {
      return c.json(shapeVerdict(diagnosis.judgeCertificate(c.req.valid('json').certificate)), 200)
    })
}
