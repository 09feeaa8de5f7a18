import { useHub } from '../../hub/console-hub.ts'
import { useEvents } from '../../hub/event-feed.ts'
import { type Page as ListPage, useList } from '../../hub/list.ts'
import { useOverview } from '../../hub/overview.ts'
import { usePaced } from '../../hub/pace.ts'
import { may } from '../../hub/session.ts'
import { counted, read } from '../../language.ts'
import type { PageProps } from '../../page-table.ts'
import { Failure } from '../../parts/failure.tsx'
import { Page, Section } from '../../parts/page.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import type { EnrolmentTokenAnswer } from './enrolment-answers.ts'
import { EnrolmentRequests } from './enrolment-requests.tsx'
import { ENROLMENT_TEXT } from './enrolment-text.ts'
import { EnrolmentTokenTable } from './enrolment-token-table.tsx'
import { NewEnrolmentToken } from './new-enrolment-token.tsx'

/** Devices that come by themselves with a key of their own: who waits for a word, and the tokens that they show. */
export function EnrolmentPage({ route: { query } }: PageProps) {
  const { api } = useHub()
  const words = read(ENROLMENT_TEXT)
  const count = useOverview().data?.enrolments.pending
  const tokens = useList((page) => api.get<ListPage<EnrolmentTokenAnswer>>('api/enrolment-tokens', page), [api])
  // One of them may have been used for it.
  useEvents(['certificate.issued'], usePaced(tokens.reload))
  return (
    <Page title={words.title} state={count !== undefined && counted(count, words.waiting)}>
      <Section title={words.requests}>
        <EnrolmentRequests state={query['state']} />
      </Section>
      <Section title={words.tokens}>
        {tokens.problem && <Failure problem={tokens.problem} onRetry={tokens.reload} />}
        {tokens.rows === undefined && !tokens.problem && <Skeleton />}
        {tokens.rows && (
          <EnrolmentTokenTable
            rows={tokens.rows}
            onMore={tokens.isWhole ? undefined : tokens.more}
            onDone={tokens.reload}
          />
        )}
      </Section>
      {may('operate') && (
        <Section title={words.fresh}>
          <NewEnrolmentToken onMade={tokens.reload} />
        </Section>
      )}
    </Page>
  )
}
