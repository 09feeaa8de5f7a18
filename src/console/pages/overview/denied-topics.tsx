import type { DeniedTopicAnswer } from '../../hub/answers.ts'
import { formatNumber, read } from '../../language.ts'
import { Copyable } from '../../parts/copy.tsx'
import { IdLink } from '../../parts/id-link.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import { OVERVIEW_TEXT } from './overview-text.ts'

/** Topics that policies deny, the most frequent first. */
export function DeniedTopics({ denied }: { readonly denied: readonly DeniedTopicAnswer[] }) {
  const words = read(OVERVIEW_TEXT)
  const columns: readonly Column<DeniedTopicAnswer>[] = [
    { id: 'topic', title: words.topic, draw: ({ topicName }) => <Copyable text={topicName} length={18} /> },
    {
      id: 'who',
      title: words.who,
      isRest: true,
      draw: ({ kind, id }) => <IdLink section={kind === 'service' ? 'services' : 'devices'} id={id} />,
    },
    {
      id: 'action',
      title: words.action,
      draw: ({ action, count }) => `${words.actions[action]} ×${formatNumber(count)}`,
    },
  ]
  return (
    <Table
      label={words.deniedTopics}
      columns={columns}
      rows={denied}
      keyOf={({ kind, id, topicName, action }) => [kind, id, topicName, action].join(' ')}
      empty={words.noDenied}
    />
  )
}
