import { useHub } from '../../hub/console-hub.ts'
import { useEvents } from '../../hub/event-feed.ts'
import type { Page as ListPage } from '../../hub/list.ts'
import { useLoad } from '../../hub/load.ts'
import { usePaced } from '../../hub/pace.ts'
import type { EnrolmentAnswer } from './enrolment-answers.ts'

export const ENROLMENT_EVENTS = ['enrolment.requested', 'enrolment.approved', 'enrolment.rejected'] as const

const MOST = 500

/** How many devices wait for a word, 500 at most; undefined until it is known. */
export function usePendingCount(): number | undefined {
  const { api } = useHub()
  const ask = () => api.get<ListPage<EnrolmentAnswer>>('api/enrolments', { state: 'pending', limit: MOST })
  const pending = useLoad(ask, [api])
  useEvents(
    ENROLMENT_EVENTS,
    usePaced(() => void pending.reload()),
  )
  return pending.data?.items.length
}
