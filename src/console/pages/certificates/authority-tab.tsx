import { useHub } from '../../hub/console-hub.ts'
import { useEvents } from '../../hub/event-feed.ts'
import { useLoad } from '../../hub/load.ts'
import { read } from '../../language.ts'
import { Answer } from '../../parts/answer.tsx'
import { Copyable } from '../../parts/copy.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Section } from '../../parts/page.tsx'
import { Table } from '../../parts/table.tsx'
import { AuthorityCard } from './authority-card.tsx'
import { AuthorityKey } from './authority-key.tsx'
import { AuthorityRotation } from './authority-rotation.tsx'
import { AUTHORITY_TEXT } from './authority-text.ts'
import type { AuthorityAnswer, AuthorityTreeAnswer } from './certificate-answers.ts'

const EVERY_MS = 30_000
const TYPES = [
  'ca.locked',
  'ca.unlocked',
  'authority.rotated',
  'authority.retired',
  'authority.trusted',
  'authority.distrusted',
]

/** The CA: its key, its chain, what it publishes, its replacement, and whom else the hub trusts. */
export function AuthorityTab() {
  const { api } = useHub()
  const words = read(AUTHORITY_TEXT)
  const key = useLoad(() => api.get<AuthorityAnswer>('api/ca'), [api], EVERY_MS)
  const tree = useLoad(() => api.get<AuthorityTreeAnswer>('api/ca/tree'), [api], EVERY_MS)
  const reload = (): void => {
    void key.reload()
    void tree.reload()
  }
  useEvents(TYPES, reload)
  return (
    <>
      <Section title={words.keyTitle}>
        <Answer of={key}>{(authority) => <AuthorityKey authority={authority} onChange={key.set} />}</Answer>
      </Section>
      <Answer of={tree}>
        {(found) => (
          <>
            <AuthorityCard title={words.issuing} authority={found.current} isCurrent />
            {found.retiring && <AuthorityCard title={words.retiring} authority={found.retiring} />}
            <AuthorityRotation rotation={found.rotation} onChange={reload} />
            <Retired retired={found.retired} />
            <TrustAnchors anchors={found.trustAnchors} />
          </>
        )}
      </Answer>
    </>
  )
}

function Retired({ retired }: Pick<AuthorityTreeAnswer, 'retired'>) {
  const words = read(AUTHORITY_TEXT)
  return (
    <Section title={words.retiredTitle}>
      <Table
        label={words.retiredTitle}
        columns={[
          { id: 'subject', title: words.subject, draw: ({ subject }) => subject },
          { id: 'fingerprint', title: words.fingerprint, draw: (row) => <Copyable text={row.fingerprint} /> },
          { id: 'retired', title: words.retiredAt, draw: ({ retiredAt }) => retiredAt && <Moment at={retiredAt} /> },
        ]}
        rows={retired}
        keyOf={({ fingerprint }) => fingerprint}
        empty={words.noneRetired}
      />
    </Section>
  )
}

function TrustAnchors({ anchors }: { readonly anchors: AuthorityTreeAnswer['trustAnchors'] }) {
  const words = read(AUTHORITY_TEXT)
  const registrations: Readonly<Record<string, string>> = words.registrations
  return (
    <Section title={words.anchors}>
      <Table
        label={words.anchors}
        columns={[
          { id: 'fingerprint', title: words.fingerprint, draw: (row) => <Copyable text={row.fingerprint} /> },
          { id: 'registration', title: words.registration, draw: (row) => registrations[row.registration] },
          { id: 'owner', title: words.owner, draw: ({ owner }) => owner },
          { id: 'added', title: words.added, draw: ({ createdAt }) => <Moment at={createdAt} /> },
        ]}
        rows={anchors}
        keyOf={({ fingerprint }) => fingerprint}
        empty={words.noAnchors}
      />
    </Section>
  )
}
