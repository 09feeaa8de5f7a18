import { useHub } from '../../hub/console-hub.ts'
import { type Page, useList } from '../../hub/list.ts'
import { may } from '../../hub/session.ts'
import { counted, read } from '../../language.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { Copyable } from '../../parts/copy.tsx'
import { Failure } from '../../parts/failure.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Section } from '../../parts/page.tsx'
import { Table } from '../../parts/table.tsx'
import { AUTHORITY_TEXT } from './authority-text.ts'
import type { AuthorityTreeAnswer, DependentAnswer } from './certificate-answers.ts'
import { CertificateOwner } from './certificate-owner.tsx'

export interface AuthorityRotationProps {
  readonly rotation: AuthorityTreeAnswer['rotation']
  readonly onChange: () => void
}

/** The replacement of the CA by another: begun, watched, ended. */
export function AuthorityRotation({ rotation, onChange }: AuthorityRotationProps) {
  const { api } = useHub()
  const words = read(AUTHORITY_TEXT)
  const start = async (): Promise<undefined> => {
    await api.send('POST', 'api/ca/rotation', {})
    onChange()
  }
  if (rotation) return <Progress rotation={rotation} onChange={onChange} />
  return (
    <Section title={words.rotation}>
      <p>{words.noRotation}</p>
      {may('administer') && (
        <ActionButton label={words.start} tone="danger" consequence={words.startConsequence} act={start} />
      )}
    </Section>
  )
}

interface ProgressProps {
  readonly rotation: NonNullable<AuthorityTreeAnswer['rotation']>
  readonly onChange: () => void
}

function Progress({ rotation: { since, dependents, moved }, onChange }: ProgressProps) {
  const { api } = useHub()
  const words = read(AUTHORITY_TEXT)
  const retire = async (): Promise<undefined> => {
    await api.send('POST', 'api/ca/rotation/retire', dependents > 0 ? { force: true } : {})
    onChange()
  }
  return (
    <Section title={words.rotation}>
      {since && (
        <p>
          {words.since} <Moment at={since} />
        </p>
      )}
      <progress value={moved.issued} max={Math.max(1, moved.issued + dependents)} aria-label={words.rotation} />
      <p>
        {counted(moved.issued, words.issued)}, {counted(moved.connected, words.connected)};{' '}
        {counted(dependents, words.dependents)}.
      </p>
      <Dependents count={dependents} />
      {may('administer') && (
        <div class="danger-zone">
          <ActionButton
            label={words.retire}
            tone="danger"
            consequence={dependents > 0 ? counted(dependents, words.forceConsequence) : words.retireConsequence}
            act={retire}
          />
        </div>
      )}
    </Section>
  )
}

/** Certificates of the old CA that are good: asked again when their number has changed. */
function Dependents({ count }: { readonly count: number }) {
  const { api } = useHub()
  const words = read(AUTHORITY_TEXT)
  const list = useList((page) => api.get<Page<DependentAnswer>>('api/ca/rotation', page), [api, count])
  return (
    <>
      <h3>{words.notMoved}</h3>
      {list.problem && <Failure problem={list.problem} onRetry={list.reload} />}
      {list.rows && (
        <Table
          label={words.notMoved}
          columns={[
            { id: 'who', title: words.who, draw: ({ kind, id }) => <CertificateOwner kind={kind} id={id} /> },
            { id: 'ends', title: words.ends, draw: ({ notAfter }) => notAfter && <Moment at={notAfter} /> },
            { id: 'fingerprint', title: words.fingerprint, draw: ({ fingerprint }) => <Copyable text={fingerprint} /> },
          ]}
          rows={list.rows}
          keyOf={({ fingerprint }) => fingerprint}
          onMore={list.isWhole ? undefined : list.more}
          empty={words.allMoved}
        />
      )}
    </>
  )
}
