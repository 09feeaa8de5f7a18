import type { Context } from 'hono'
import type { ApiEnv } from '../api-env.ts'

/** RFC 9110 §13.1.3: If-Modified-Since counts only where there is no If-None-Match; its dates have whole seconds. */
export function isUnchanged(c: Context<ApiEnv>, tag: string, madeAt: Date): boolean {
  if (c.req.header('if-none-match') !== undefined) return hasTag(c, tag)
  const since = Date.parse(c.req.header('if-modified-since') ?? '')
  return Math.floor(madeAt.getTime() / 1000) * 1000 <= since
}

/** RFC 9110 §13.1.2: whether the caller says by If-None-Match that it has this one; a proxy may have weakened the tag. */
export function hasTag(c: Context<ApiEnv>, tag: string): boolean {
  const tags = c.req.header('if-none-match') ?? ''
  return tags.split(',').some((one) => ['*', tag, `W/${tag}`].includes(one.trim()))
}
