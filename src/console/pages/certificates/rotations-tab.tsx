import { useState } from 'preact/hooks'
import { useHub } from '../../hub/console-hub.ts'
import { useEvents } from '../../hub/event-feed.ts'
import { type Page, useList } from '../../hub/list.ts'
import { may } from '../../hub/session.ts'
import { read } from '../../language.ts'
import { Failure } from '../../parts/failure.tsx'
import { PART_TEXT } from '../../parts/part-text.ts'
import { Skeleton } from '../../parts/skeleton.tsx'
import type { RotationAnswer } from './certificate-answers.ts'
import { RotationCard } from './rotation-card.tsx'
import { RotationForm } from './rotation-form.tsx'
import { ROTATIONS_TEXT } from './rotations-text.ts'

// Each is asked for its progress.
const SHOWN = 10

/** Fleets that are asked to renew, the newest first. */
export function RotationsTab() {
  const { api } = useHub()
  const words = read(ROTATIONS_TEXT)
  const [shown, setShown] = useState(SHOWN)
  // They come in the order of their ids, and are shown in that of time.
  const list = useList(({ cursor }) => api.get<Page<RotationAnswer>>('api/rotations', { limit: 500, cursor }), [api])
  useEvents(['rotation.changed'], ({ data }) => {
    if (!list.rows?.some(({ id }) => id === data.id)) list.reload()
  })
  const rows = list.rows?.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt))
  return (
    <>
      <p>{words.lead}</p>
      {list.problem && <Failure problem={list.problem} onRetry={list.reload} />}
      {!rows && !list.problem && <Skeleton />}
      {rows?.length === 0 && <div class="empty panel">{words.empty}</div>}
      {rows?.slice(0, shown).map((rotation) => (
        <RotationCard key={rotation.id} listed={rotation} />
      ))}
      {rows && rows.length > shown && (
        <button type="button" class="plain" onClick={() => setShown(shown + SHOWN)}>
          {read(PART_TEXT).more}
        </button>
      )}
      {may('operate') && <RotationForm onStart={list.reload} />}
    </>
  )
}
