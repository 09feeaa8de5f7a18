import type { SessionAnswer } from '../../hub/answers.ts'
import type { ApiClient } from '../../hub/api-client.ts'
import type { Page } from '../../hub/list.ts'

/** Of a device, or of a service by its name: a policy may let it take any client id. */
export async function findSessionsOf(
  api: ApiClient,
  kind: 'device' | 'service',
  id: string,
): Promise<readonly SessionAnswer[]> {
  return (await api.get<Page<SessionAnswer>>('api/sessions', { deviceId: id, kind })).items
}
