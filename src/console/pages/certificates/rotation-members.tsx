import { useState } from 'preact/hooks'
import { path } from '../../hub/api-client.ts'
import { useHub } from '../../hub/console-hub.ts'
import { type Page, useList } from '../../hub/list.ts'
import { read } from '../../language.ts'
import { Chips } from '../../parts/chips.tsx'
import { Failure } from '../../parts/failure.tsx'
import { IdLink } from '../../parts/id-link.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Table } from '../../parts/table.tsx'
import type { RotationMemberAnswer } from './certificate-answers.ts'
import { ROTATIONS_TEXT } from './rotations-text.ts'

/** The devices of a rotation, and how far each has come. */
export function RotationMembers({ id }: { readonly id: string }) {
  const { api } = useHub()
  const words = read(ROTATIONS_TEXT)
  const [state, setState] = useState<string>()
  const address = path('api/rotations', id, 'devices')
  const list = useList((page) => api.get<Page<RotationMemberAnswer>>(address, { state, ...page }), [address, state])
  const choices = Object.entries(words.memberStates).map(([value, label]) => ({ value, label }))
  return (
    <>
      <Chips label={words.state} choices={choices} chosen={state} onChoose={setState} />
      {list.problem && <Failure problem={list.problem} onRetry={list.reload} />}
      {list.rows && (
        <Table
          label={words.devices}
          columns={[
            {
              id: 'device',
              title: words.device,
              draw: ({ deviceId }) => <IdLink section="devices" id={deviceId} />,
            },
            { id: 'state', title: words.state, draw: (row) => words.memberStates[row.state] },
            { id: 'told', title: words.toldAt, draw: ({ toldAt }) => toldAt && <Moment at={toldAt} /> },
          ]}
          rows={list.rows}
          keyOf={({ deviceId }) => deviceId}
          onMore={list.isWhole ? undefined : list.more}
          empty={words.noDevices}
        />
      )}
    </>
  )
}
