import type { Context } from 'hono'
import { matchedRoutes } from 'hono/route'
import type { ApiEnv } from '../api-env.ts'

/** The path that the API describes, of whoever answered: with an id in it there would be one for each device. */
export function answeringRoute(c: Context<ApiEnv>): string | undefined {
  // Middleware stands under patterns with "*"; what answers stands last.
  return matchedRoutes(c).findLast(({ path, method }) => !path.endsWith('*') && method !== 'ALL')?.path
}
