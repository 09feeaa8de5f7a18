import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { tellCause, tellMend } from '../../codes/refusal-words.ts'
import type { RefusalAnswer } from '../../hub/answers.ts'
import { formatNumber, read } from '../../language.ts'
import { Moment } from '../../parts/moment.tsx'
import { Owner } from '../../parts/owner.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import { ACTIVITY_TEXT } from './activity-text.ts'
import { RefusalDialog } from './refusal-dialog.tsx'

export interface RefusalTableProps {
  readonly refusals: readonly RefusalAnswer[]
  readonly empty: ComponentChildren
}

/** One line for all that are alike; each opens to what was shown and what was expected. */
export function RefusalTable({ refusals, empty }: RefusalTableProps) {
  const words = read(ACTIVITY_TEXT)
  const [opened, open] = useState<RefusalAnswer>()
  const columns: readonly Column<RefusalAnswer>[] = [
    {
      id: 'cause',
      title: words.cause,
      draw: (refusal) => (
        <button type="button" class="plain" title={refusal.cause} onClick={() => open(refusal)}>
          {tellCause(refusal.cause)}
        </button>
      ),
    },
    { id: 'count', title: words.times, isNumber: true, draw: ({ count }) => `×${formatNumber(count)}` },
    { id: 'at', title: words.at, draw: ({ at }) => <Moment at={at} /> },
    { id: 'who', title: words.who, draw: ({ presented }) => <Owner identity={presented?.['identity']} /> },
    { id: 'address', title: words.address, draw: ({ address }) => <code>{address}</code> },
    { id: 'surface', title: words.surface, draw: ({ surface }) => surface },
    {
      id: 'mend',
      title: words.mend,
      isRest: true,
      draw: (refusal) => <span title={tellMend(refusal)}>{tellMend(refusal)}</span>,
    },
  ]
  return (
    <>
      <Table label={words.tabs.refusals} columns={columns} rows={refusals} keyOf={keyOf} onOpen={open} empty={empty} />
      {opened && <RefusalDialog refusal={opened} onClose={() => open(undefined)} />}
    </>
  )
}

function keyOf({ address, surface, cause, presented }: RefusalAnswer): string {
  return [address, surface, cause, ...Object.values(presented ?? {})].join(' ')
}
