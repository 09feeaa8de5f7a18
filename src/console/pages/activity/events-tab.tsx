import { EVENT_TYPES } from '../../hub/event-types.ts'
import { read } from '../../language.ts'
import { FilterField } from '../../parts/filter-field.tsx'
import { SelectField } from '../../parts/select-field.tsx'
import { refine } from '../../router.ts'
import { ACTIVITY_TEXT } from './activity-text.ts'
import { EventList } from './event-list.tsx'
import type { TabProps } from './refusals-tab.tsx'

const GROUPS = [...new Set(EVENT_TYPES.map((type) => `${type.split('.')[0]}.*`))]

/** What happened, newest first, and what happens now. */
export function EventsTab({ query: { type = '', deviceId } }: TabProps) {
  const words = read(ACTIVITY_TEXT)
  const choices = ['', ...GROUPS, ...EVENT_TYPES].map((value) => ({ value, label: value || words.allTypes }))
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
