import { tellRevocation } from '../../codes/reason-words.ts'
import type { CertificateAnswer } from '../../hub/answers.ts'
import { useHub } from '../../hub/console-hub.ts'
import type { Page as ListPage } from '../../hub/list.ts'
import { useLoad } from '../../hub/load.ts'
import { read } from '../../language.ts'
import { Answer } from '../../parts/answer.tsx'
import { Badge, type Tone } from '../../parts/badge.tsx'
import { Copyable } from '../../parts/copy.tsx'
import { LifeBar } from '../../parts/life-bar.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import { DEVICE_TEXT } from './device-text.ts'

export interface DeviceCertificatesProps {
  readonly kind: 'device' | 'service'
  readonly id: string
  /** They are asked for again when this is another. */
  readonly version: unknown
  /** Shown where there is none. */
  readonly empty: string
}

const TONES: Readonly<Record<string, Tone>> = { active: 'good', revoked: 'bad', expired: 'bad', held: 'warn' }

/** What a device or service may show of itself: each certificate with what is left of its life. */
export function DeviceCertificates({ kind, id, version, empty }: DeviceCertificatesProps) {
  const { api } = useHub()
  const words = read(DEVICE_TEXT)
  const certificates = useLoad(
    () => api.get<ListPage<CertificateAnswer>>('api/certificates', { deviceId: id, kind }),
    [kind, id, version],
  )
  const columns: readonly Column<CertificateAnswer>[] = [
    { id: 'fingerprint', title: words.fingerprint, draw: ({ fingerprint }) => <Copyable text={fingerprint} /> },
    {
      id: 'state',
      title: words.certificateState,
      draw: ({ state, revocationReason }) => (
        <Badge tone={TONES[state] ?? 'off'}>
          {state === 'revoked' && revocationReason
            ? words.revoked(tellRevocation(revocationReason))
            : words.states[state]}
        </Badge>
      ),
    },
    {
      id: 'life',
      title: words.life,
      draw: ({ notBefore, notAfter }) => notBefore && notAfter && <LifeBar notBefore={notBefore} notAfter={notAfter} />,
    },
  ]
  return (
    <Answer of={certificates}>
      {({ items }) => (
        <Table
          label={words.certificates}
          columns={columns}
          rows={items}
          keyOf={({ fingerprint }) => fingerprint}
          empty={empty}
        />
      )}
    </Answer>
  )
}
