import { z } from '@hono/zod-openapi'
import { exact } from '../exact.ts'

/** What EMQX fills into the templates of emqx.conf; fields that an administrator added are left aside. */
export interface EmqxCall {
  readonly query: URLSearchParams
  readonly body: Uint8Array
  readonly contentType: string | undefined
}

/** One field; nothing where EMQX had nothing to fill in, or left a placeholder standing that its version does not know. */
export const emqxField = z
  .string()
  .nullish()
  .transform((text) => (text == null || UNFILLED.test(text) ? undefined : text))
  .openapi({ type: 'string' })

const UNFILLED = /^(?:|undefined|\$\{[\w.]*\})$/

/** What EMQX says, as JSON or form or in the query; undefined where that cannot be read. */
export function parseEmqxCall<Shape extends z.ZodRawShape>(schema: z.ZodObject<Shape>, call: EmqxCall) {
  const body = readFields(call)
  const parsed = schema.safeParse({ ...Object.fromEntries(call.query), ...body })
  return body && parsed.success ? exact(parsed.data) : undefined
}

function readFields({ body, contentType = '' }: EmqxCall): object | undefined {
  const text = new TextDecoder().decode(body)
  if (text.trim() === '') return {}
  if (/^application\/x-www-form-urlencoded\b/i.test(contentType)) return Object.fromEntries(new URLSearchParams(text))
  const json = parseJson(text)
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? json : undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Not JSON is an answer here, not a failure: EMQX is told no, and its administrator why.
    return undefined
  }
}
