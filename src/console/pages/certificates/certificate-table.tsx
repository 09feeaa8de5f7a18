import type { ComponentChildren } from 'preact'
import { cutMiddle } from '../../format.ts'
import { read } from '../../language.ts'
import { Badge, type Tone } from '../../parts/badge.tsx'
import { LifeBar } from '../../parts/life-bar.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import { formatRoute } from '../../route.ts'
import { navigate } from '../../router.ts'
import type { CertificateAnswer } from './certificate-answers.ts'
import { CertificateOwner } from './certificate-owner.tsx'
import { CERTIFICATES_TEXT } from './certificates-text.ts'

export interface CertificateTableProps {
  readonly rows: readonly CertificateAnswer[]
  readonly view: string
  readonly onMore: (() => void) | undefined
  readonly empty: ComponentChildren
}

export function CertificateTable({ rows, view, onMore, empty }: CertificateTableProps) {
  const words = read(CERTIFICATES_TEXT)
  const columns: readonly Column<CertificateAnswer>[] = [
    { id: 'owner', title: words.owner, draw: ({ kind, subjectId }) => <CertificateOwner kind={kind} id={subjectId} /> },
    { id: 'state', title: words.state, draw: ({ state }) => <CertificateState state={state} /> },
    { id: 'life', title: words.life, draw: (row) => <CertificateLife certificate={row} /> },
    {
      id: 'serialNumber',
      title: words.serialNumber,
      draw: ({ serialNumber }) => serialNumber && <code title={serialNumber}>{cutMiddle(serialNumber, 16)}</code>,
    },
    {
      id: 'fingerprint',
      title: words.fingerprint,
      draw: ({ fingerprint }) => (
        <a href={formatRoute(['certificates', fingerprint])} title={fingerprint}>
          <code>{cutMiddle(fingerprint, 24)}</code>
        </a>
      ),
    },
  ]
  return (
    <Table
      label={words.title}
      columns={columns}
      rows={rows}
      keyOf={({ fingerprint }) => fingerprint}
      onOpen={({ fingerprint }) => navigate(['certificates', fingerprint])}
      view={view}
      onMore={onMore}
      empty={empty}
    />
  )
}

const TONES: Readonly<Record<CertificateAnswer['state'], Tone>> = {
  active: 'good',
  pending: 'warn',
  not_yet_valid: 'warn',
  expired: 'bad',
  superseded: 'off',
  held: 'warn',
  revoked: 'bad',
}

export function CertificateState({ state }: Pick<CertificateAnswer, 'state'>) {
  return <Badge tone={TONES[state]}>{read(CERTIFICATES_TEXT).states[state]}</Badge>
}

export function CertificateLife({ certificate: { notBefore, notAfter } }: { readonly certificate: CertificateAnswer }) {
  if (notBefore === null || notAfter === null) return <>{read(CERTIFICATES_TEXT).unknownLife}</>
  return <LifeBar notBefore={notBefore} notAfter={notAfter} />
}
