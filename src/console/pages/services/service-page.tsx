import { useState } from 'preact/hooks'
import type { DiaryEntryAnswer } from '../../hub/answers.ts'
import { path } from '../../hub/api-client.ts'
import { useHub } from '../../hub/console-hub.ts'
import { useEvents } from '../../hub/event-feed.ts'
import { IDENTITY_EVENTS } from '../../hub/identity-events.ts'
import type { Page as ListPage } from '../../hub/list.ts'
import { useLoad } from '../../hub/load.ts'
import { usePaced } from '../../hub/pace.ts'
import { may } from '../../hub/session.ts'
import { read } from '../../language.ts'
import type { PageProps } from '../../page-table.ts'
import { Answer } from '../../parts/answer.tsx'
import { Page, Section } from '../../parts/page.tsx'
import { Tabs } from '../../parts/tabs.tsx'
import { formatRoute } from '../../route.ts'
import { DeviceCheck } from '../device/device-check.tsx'
import { DeviceDiary } from '../device/device-diary.tsx'
import { DeviceSession } from '../device/device-session.tsx'
import { DeviceStanding } from '../device/device-standing.tsx'
import { findSessionsOf } from '../sessions/sessions-of.ts'
import { IdentityTokens } from '../tokens/identity-tokens.tsx'
import type { ServiceAnswer } from './service-answers.ts'
import { ServiceCertificates } from './service-certificates.tsx'
import { ServiceIdentity } from './service-identity.tsx'
import { ServiceInterventions } from './service-interventions.tsx'
import { SERVICES_TEXT } from './services-text.ts'

const TABS = ['overview', 'tokens', 'diary', 'check'] as const
const DIARY_ROWS = 100

/** One service: how it stands, what it may do, what it shows to be let in, what it did. */
export function ServicePage({ route: { path: place, query } }: PageProps) {
  const { api } = useHub()
  const words = read(SERVICES_TEXT)
  const [, name = ''] = place
  const address = path('api/services', name)
  const [version, setVersion] = useState(0)
  const service = useLoad(() => api.get<ServiceAnswer>(address), [address, version])
  const sessions = useLoad(() => findSessionsOf(api, 'service', name), [name, version])
  const diary = useLoad(
    () => api.get<ListPage<DiaryEntryAnswer>>(`${address}/diary`, { limit: DIARY_ROWS }),
    [address, version],
  )
  const reload = (): void => setVersion((before) => before + 1)
  const follow = usePaced(reload)
  useEvents(IDENTITY_EVENTS, ({ data }) => {
    if (data.kind === 'service' && data.id === name) follow()
  })
  const tab = TABS.find((one) => one === query['tab']) ?? 'overview'
  const live = sessions.data?.filter(({ connected }) => connected) ?? []
  return (
    <Page
      title={name}
      state={
        service.data &&
        sessions.data &&
        diary.data && (
          <DeviceStanding device={service.data} live={live[0]} diary={diary.data.items} words={words.standing} />
        )
      }
    >
      <Tabs
        label={name}
        tabs={TABS.map((one) => ({
          id: one,
          title: words.tabs[one],
          href: formatRoute(['services', name], { tab: one === 'overview' ? undefined : one }),
        }))}
        current={tab}
      />
      {tab === 'overview' && (
        <Answer of={service} lines={10}>
          {(data) => (
            <>
              <ServiceIdentity service={data} onChange={service.set} />
              <ServiceCertificates name={name} version={version} onDone={reload} />
              <Section title={words.sessions}>
                <Answer of={sessions}>{(found) => <DeviceSession sessions={found} />}</Answer>
              </Section>
              {may('operate') && <ServiceInterventions service={data} live={live} onDone={reload} />}
            </>
          )}
        </Answer>
      )}
      {tab === 'tokens' && <IdentityTokens kind="service" id={name} />}
      {tab === 'diary' && (
        <Section title={words.diary}>
          <Answer of={diary}>{({ items }) => <DeviceDiary entries={items} />}</Answer>
        </Section>
      )}
      {tab === 'check' && <DeviceCheck kind="service" id={name} />}
    </Page>
  )
}
