import { useState } from 'preact/hooks'
import { useHub } from '../../hub/console-hub.ts'
import { useEvents } from '../../hub/event-feed.ts'
import type { Page as AnswerPage } from '../../hub/list.ts'
import { useLoad } from '../../hub/load.ts'
import { may } from '../../hub/session.ts'
import { read } from '../../language.ts'
import type { PageProps } from '../../page-table.ts'
import { Answer } from '../../parts/answer.tsx'
import { Page } from '../../parts/page.tsx'
import { formatRoute } from '../../route.ts'
import { CertificateActions } from './certificate-actions.tsx'
import type { CertificateAnswer } from './certificate-answers.ts'
import { CertificateFacts } from './certificate-facts.tsx'
import { CERTIFICATES_TEXT } from './certificates-text.ts'

/** One certificate, by its fingerprint. */
export function CertificatePage({ route }: PageProps) {
  const { api } = useHub()
  const words = read(CERTIFICATES_TEXT)
  const [, fingerprint = ''] = route.path
  const [outcome, setOutcome] = useState<string>()
  const found = useLoad(
    async () => (await api.get<AnswerPage<CertificateAnswer>>('api/certificates', { fingerprint })).items,
    [api, fingerprint],
  )
  useEvents(['certificate.revoked', 'certificate.released'], ({ data }) => {
    if (data.fingerprint === fingerprint) void found.reload()
  })
  const tell = (told: string): void => {
    setOutcome(told)
    void found.reload()
  }
  return (
    <Page title={words.one}>
      {outcome !== undefined && (
        <p class="note good" role="status">
          {outcome}
        </p>
      )}
      <p>
        <a href={formatRoute(['certificates'])}>{words.back}</a>
      </p>
      <Answer of={found}>
        {([certificate]) =>
          certificate ? (
            <>
              <CertificateFacts certificate={certificate} />
              {may('operate') && <CertificateActions certificate={certificate} onDone={tell} />}
            </>
          ) : (
            <p class="note">{words.unknown}</p>
          )
        }
      </Answer>
    </Page>
  )
}
