import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Rotations } from '../../registry/rotation/rotations.ts'
import type { Guard } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import { exact } from '../exact.ts'
import { BAD_BODY, BAD_CALLER, BAD_REQUEST, CONFLICT, json, jsonBody, NOT_FOUND } from '../operation.ts'
import { pageOf, pageQuerySchema, pageSchema, readPageRequest, shapePage } from '../pagination.ts'
import {
  rotationMemberQuerySchema,
  rotationMemberSchema,
  rotationProgressSchema,
  rotationRequestSchema,
  rotationSchema,
  shapeMember,
  shapeProgress,
  shapeRotation,
} from '../resources/rotation.ts'

const params = z.object({ id: z.string().max(64) })
const tags = ['rotations']

const start = createRoute({
  method: 'post',
  path: '/',
  tags,
  summary: 'Ask a fleet to renew its certificates now; answered once every device was looked at',
  request: { body: jsonBody(rotationRequestSchema) },
  responses: { 201: json(rotationProgressSchema, 'Started'), ...BAD_BODY, ...BAD_CALLER, ...NOT_FOUND },
})

const list = createRoute({
  method: 'get',
  path: '/',
  tags,
  summary: 'List the rotations',
  request: { query: pageQuerySchema },
  responses: { 200: json(pageSchema(rotationSchema), 'Rotations'), ...BAD_REQUEST, ...BAD_CALLER },
})

const show = createRoute({
  method: 'get',
  path: '/{id}',
  tags,
  summary: 'How far a rotation has come',
  request: { params },
  responses: { 200: json(rotationProgressSchema, 'Rotation'), ...BAD_REQUEST, ...BAD_CALLER, ...NOT_FOUND },
})

const members = createRoute({
  method: 'get',
  path: '/{id}/devices',
  tags,
  summary: 'The devices of a rotation, and how far each has come',
  request: { params, query: rotationMemberQuerySchema },
  responses: {
    200: json(pageSchema(rotationMemberSchema), 'In the order of their ids'),
    ...BAD_REQUEST,
    ...BAD_CALLER,
    ...NOT_FOUND,
  },
})

const WORDS = {
  pause: ['paused', 'Tell no more devices; those that know may still renew'],
  resume: ['running', 'Go on with a rotation'],
  cancel: ['cancelled', 'End a rotation; certificates that were renewed stay'],
} as const

type Word = keyof typeof WORDS

function change<Name extends Word>(word: Name) {
  return createRoute({
    method: 'post',
    path: `/{id}/${word}` as const,
    tags,
    summary: WORDS[word][1],
    request: { params },
    responses: {
      200: json(rotationSchema, 'Rotation'),
      ...BAD_REQUEST,
      ...BAD_CALLER,
      ...NOT_FOUND,
      ...CONFLICT,
    },
  })
}

export function rotationRoutes(rotations: Rotations, guard: Guard) {
  const set = (id: string, word: Word) => shapeRotation(rotations.setState(id, WORDS[word][0]))
  return new OpenAPIHono<ApiEnv>()
    .openapi({ ...start, middleware: guard('operate') }, async (c) => {
      const { filter, perMinute, deadline } = c.req.valid('json')
      const { all: _, ...named } = filter
      const end = deadline === undefined ? {} : { deadline: new Date(deadline) }
      const rotation = await rotations.start({ filter: exact(named), perMinute, ...end })
      return c.json(shapeProgress(rotation, await rotations.progressOf(rotation.id)), 201)
    })
    .openapi({ ...list, middleware: guard('read') }, (c) => {
      const page = pageOf(rotations.list(), ({ id }) => id, readPageRequest(c.req.valid('query')))
      return c.json(shapePage(page, shapeRotation), 200)
    })
    .openapi({ ...show, middleware: guard('read') }, async (c) => {
      const { id } = c.req.valid('param')
      return c.json(shapeProgress(rotations.get(id), await rotations.progressOf(id)), 200)
    })
    .openapi({ ...members, middleware: guard('read') }, async (c) => {
      const { state, ...page } = c.req.valid('query')
      const found = await rotations.membersOf(c.req.valid('param').id, {
        ...exact({ state }),
        ...readPageRequest(page),
      })
      return c.json(shapePage(found, shapeMember), 200)
    })
    .openapi({ ...change('pause'), middleware: guard('operate') }, (c) =>
      c.json(set(c.req.valid('param').id, 'pause'), 200),
    )
    .openapi({ ...change('resume'), middleware: guard('operate') }, (c) =>
      c.json(set(c.req.valid('param').id, 'resume'), 200),
    )
    .openapi({ ...change('cancel'), middleware: guard('operate') }, (c) =>
      c.json(set(c.req.valid('param').id, 'cancel'), 200),
    )
}
