import type { Context } from 'hono'
import type { ApiEnv } from '../api-env.ts'

/** RFC 9110 §13.1.3: If-Modified-Since counts only where there is no If-None-Match; its dates have whole seconds. */
export function isUnchanged(c: Context<ApiEnv>, tag: string, madeAt: Date): boolean {
  const tags = c.req.header('if-none-match')
  if (tags !== undefined) return tags.split(',').some((one) => ['*', tag, `W/${tag}`].includes(one.trim()))
  const since = Date.parse(c.req.header('if-modified-since') ?? '')
  return Math.floor(madeAt.getTime() / 1000) * 1000 <= since
}
