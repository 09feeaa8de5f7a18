import { read } from '../../language.ts'
import type { PageProps } from '../../page-table.ts'
import { Page } from '../../parts/page.tsx'
import { Tabs } from '../../parts/tabs.tsx'
import { formatRoute } from '../../route.ts'
import { ACTIVITY_TEXT } from './activity-text.ts'
import { AuditTab } from './audit-tab.tsx'
import { EventsTab } from './events-tab.tsx'
import { RefusalsTab } from './refusals-tab.tsx'

const TABS = ['refusals', 'events', 'audit'] as const

/** What went on: who was turned away, what happened, who changed what. */
export function ActivityPage({ route }: PageProps) {
  const words = read(ACTIVITY_TEXT)
  const { query } = route
  const tab = TABS.find((name) => name === query['tab']) ?? 'refusals'
  return (
    <Page title={words.title} state={words.states[tab]}>
      <Tabs
        label={words.title}
        tabs={TABS.map((id) => ({ id, title: words.tabs[id], href: formatRoute(['activity'], { tab: id }) }))}
        current={tab}
      />
      {tab === 'refusals' && <RefusalsTab query={query} />}
      {tab === 'events' && <EventsTab query={query} />}
      {tab === 'audit' && <AuditTab query={query} />}
    </Page>
  )
}
