import { useRef } from 'preact/hooks'
import type { OverviewAnswer } from './answers.ts'
import { useHub } from './console-hub.ts'
import { useEvents } from './event-feed.ts'
import { type Loaded, useLoad } from './load.ts'
import { usePaced } from './pace.ts'

/** What changes how many devices wait for a word. */
export const ENROLMENT_EVENTS = ['enrolment.requested', 'enrolment.approved', 'enrolment.rejected'] as const

// Whoever goes through the pages need not have it counted for each of them.
const RECENT_MS = 3000

/** How the hub is, in numbers; a page that is opened begins with those that the one before has just had. */
export function useOverview(everyMs?: number): Loaded<OverviewAnswer> {
  const { api } = useHub()
  const noOlderMs = useRef(RECENT_MS)
  const ask = (): Promise<OverviewAnswer> => {
    const answer = api.getRecent<OverviewAnswer>('api/overview', noOlderMs.current)
    noOlderMs.current = 0
    return answer
  }
  const overview = useLoad(ask, [api], everyMs)
  useEvents(
    ENROLMENT_EVENTS,
    usePaced(() => void overview.reload()),
  )
  return overview
}
