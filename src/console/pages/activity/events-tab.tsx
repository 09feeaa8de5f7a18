import { EVENT_GROUP_TEXT, EVENT_TYPE_TEXT } from '../../codes/event-type-text.ts'
import { tell } from '../../codes/tell.ts'
import { EVENT_TYPES } from '../../hub/event-types.ts'
import { read } from '../../language.ts'
import { FilterField } from '../../parts/filter-field.tsx'
import { SelectField } from '../../parts/select-field.tsx'
import { refine } from '../../router.ts'
import { ACTIVITY_TEXT } from './activity-text.ts'
import { EventList } from './event-list.tsx'
import type { TabProps } from './refusals-tab.tsx'

/** What happened, newest first, and what happens now. */
export function EventsTab({ query: { type = '', deviceId } }: TabProps) {
  const words = read(ACTIVITY_TEXT)
  const choices = [
    { value: '', label: words.allTypes },
    ...Object.entries(read(EVENT_GROUP_TEXT)).map(([value, label]) => ({ value, label })),
    ...EVENT_TYPES.map((value) => ({ value, label: tell(EVENT_TYPE_TEXT, value) })),
  ]
  return (
    <>
      <div class="columns">
        <SelectField label={words.type} choices={choices} value={type} onChange={(value) => refine({ type: value })} />
        <FilterField label={words.device} value={deviceId} onChange={(value) => refine({ deviceId: value })} />
      </div>
      <EventList key={`${type} ${deviceId}`} type={type || undefined} deviceId={deviceId} />
    </>
  )
}
