import { useState } from 'preact/hooks'
import { useHub } from '../../hub/console-hub.ts'
import { useEvents } from '../../hub/event-feed.ts'
import { type Page, type PageQuery, useList } from '../../hub/list.ts'
import { usePacedEach } from '../../hub/paced-each.ts'
import { counted, read } from '../../language.ts'
import type { PageProps } from '../../page-table.ts'
import { Failure } from '../../parts/failure.tsx'
import { now } from '../../parts/moment.tsx'
import { PART_TEXT } from '../../parts/part-text.ts'
import { Skeleton } from '../../parts/skeleton.tsx'
import { formatRoute } from '../../route.ts'
import type { CertificateAnswer } from './certificate-answers.ts'
import { CertificateFilters } from './certificate-filters.tsx'
import { FILTERS, isFiltered, queryOf } from './certificate-query.ts'
import { CertificateTable } from './certificate-table.tsx'
import { CERTIFICATES_TEXT } from './certificates-text.ts'
import { ExpiryWeeks } from './expiry-weeks.tsx'

type Answer = Page<CertificateAnswer>
const NOTHING: Answer = { items: [], nextCursor: null }

export function CertificateTab({ route: { query } }: PageProps) {
  const { api } = useHub()
  const ask = async (page: PageQuery): Promise<Answer> => {
    const asked = queryOf(query, now.value)
    return asked ? api.get<Answer>('api/certificates', { ...asked, ...page }) : NOTHING
  }
  const list = useList<CertificateAnswer>(ask, [api, ...FILTERS.map((name) => query[name])])
  const [fresh, setFresh] = useState(0)
  const renew = usePacedEach(async (fingerprint) => {
    const { items } = await api.get<Answer>('api/certificates', { fingerprint }).catch(() => NOTHING)
    list.change((rows) => rows.map((row) => items.find((item) => item.fingerprint === row.fingerprint) ?? row))
  })
  useEvents(
    ['certificate.issued', 'certificate.revoked', 'certificate.released'],
    ({ type, data: { fingerprint } }) => {
      if (type === 'certificate.issued') setFresh((count) => count + 1)
      if (list.rows?.some((row) => row.fingerprint === fingerprint)) renew(fingerprint)
    },
  )
  const showFresh = (): void => {
    setFresh(0)
    list.reload()
  }
  return (
    <>
      <ExpiryWeeks />
      <CertificateFilters query={query} />
      {fresh > 0 && (
        <p aria-live="polite">
          <button type="button" class="plain" onClick={showFresh}>
            {counted(fresh, read(PART_TEXT).fresh)}
          </button>
        </p>
      )}
      {list.problem && <Failure problem={list.problem} onRetry={list.reload} />}
      {list.rows ? (
        <CertificateTable
          rows={list.rows}
          view={FILTERS.map((name) => query[name]).join(' ')}
          onMore={list.isWhole ? undefined : list.more}
          empty={<Empty isFiltered={isFiltered(query)} />}
        />
      ) : (
        !list.problem && <Skeleton />
      )}
    </>
  )
}

function Empty({ isFiltered: isPart }: { readonly isFiltered: boolean }) {
  const words = read(CERTIFICATES_TEXT)
  return (
    <>
      <p>{isPart ? words.emptyFiltered : words.empty}</p>
      {isPart ? (
        <a href={formatRoute(['certificates'])}>{words.clearFilters}</a>
      ) : (
        <a href={formatRoute(['devices'])}>{words.addDevice}</a>
      )}
    </>
  )
}
