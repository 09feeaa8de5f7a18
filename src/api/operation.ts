import type { z } from '@hono/zod-openapi'
import { problemSchema } from './problem.ts'

/** Parts of an operation's description, so that routes say what is theirs alone. */
export function json<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { description, content: { 'application/json': { schema } } }
}

export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  return { required: true, content: { 'application/json': { schema } } }
}

export function optionalJsonBody<Schema extends z.ZodType>(schema: Schema) {
  return { required: false, content: { 'application/json': { schema } } }
}

export const NO_CONTENT = { description: 'Done' }

export const PUBLIC = { security: [] }

export function problem(description: string) {
  return { description, content: { 'application/problem+json': { schema: problemSchema } } }
}

export const BAD_REQUEST = { 400: problem('Something in the request is wrong: `errors` names it') }

export const NO_CREDENTIAL = { 401: problem('No good credential') }

const ROLE_TOO_SMALL = {
  403: problem('The role of the caller is too small, or the mode or the origin of the page forbids the call'),
}

export const NOT_FOUND = { 404: problem('No such thing') }

export const CONFLICT = { 409: problem('In conflict with what exists') }

/** What may be wrong with a body. */
export const BAD_BODY = {
  ...BAD_REQUEST,
  413: problem('The body is longer than 1 MiB'),
  415: problem('The body is not JSON, or does not say so'),
}

/** What may be wrong with the caller. */
export const BAD_CALLER = { ...NO_CREDENTIAL, ...ROLE_TOO_SMALL }
