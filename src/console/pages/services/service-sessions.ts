import type { DiaryEntryAnswer, SessionAnswer } from '../../hub/answers.ts'
import { type ApiClient, path } from '../../hub/api-client.ts'
import type { Page as ListPage } from '../../hub/list.ts'

const MOST_OTHERS = 20

/** By client ids that hold its name, and by those that its diary tells of: a policy may let it take any. */
export async function findServiceSessions(
  api: ApiClient,
  name: string,
  diary: readonly DiaryEntryAnswer[],
): Promise<readonly SessionAnswer[]> {
  const { items } = await api.get<ListPage<SessionAnswer>>('api/sessions', { q: name })
  const told = diary.flatMap(({ clientId }) => (clientId === null || clientId.includes(name) ? [] : [clientId]))
  const others = await Promise.all([...new Set(told)].slice(0, MOST_OTHERS).map(find))
  return [...items, ...others.filter((session) => session !== undefined)].filter(
    ({ identity }) => identity.kind === 'service' && identity.id === name,
  )

  // It may have ended, or be another's by now.
  function find(clientId: string): Promise<SessionAnswer | undefined> {
    return api.get<SessionAnswer>(path('api/sessions', clientId)).catch(() => undefined)
  }
}
