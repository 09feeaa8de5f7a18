import { useState } from 'preact/hooks'
import { deviceOf } from '../../../logged-event.ts'
import type { DeviceAnswer, DiaryEntryAnswer } from '../../hub/answers.ts'
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
import { Failure } from '../../parts/failure.tsx'
import { Page, Section } from '../../parts/page.tsx'
import { Tabs } from '../../parts/tabs.tsx'
import { formatRoute } from '../../route.ts'
import { TopicTest } from '../policies/topic-test.tsx'
import { findSessionsOf } from '../sessions/sessions-of.ts'
import { IdentityTokens } from '../tokens/identity-tokens.tsx'
import { DeviceCertificates } from './device-certificates.tsx'
import { DeviceCheck } from './device-check.tsx'
import { DeviceDiary } from './device-diary.tsx'
import { DeviceIdentity } from './device-identity.tsx'
import { DeviceInterventions } from './device-interventions.tsx'
import { DeviceSession } from './device-session.tsx'
import { DeviceStanding } from './device-standing.tsx'
import { DEVICE_TEXT } from './device-text.ts'
import { MessageTail } from './message-tail.tsx'
import { RemoteCall } from './remote-call.tsx'

const TABS = ['overview', 'diary', 'messages', 'rpc', 'topics', 'tokens', 'check'] as const
const DIARY_ROWS = 100

/** One device, read from top to bottom like an answer: who, whose, how it stands, what it holds, what it did. */
export function DevicePage({ route: { path: place, query } }: PageProps) {
  const { api } = useHub()
  const words = read(DEVICE_TEXT)
  const [, id = ''] = place
  const [version, setVersion] = useState(0)
  const device = useLoad(() => api.get<DeviceAnswer>(path('api/devices', id)), [id, version])
  const sessions = useLoad(() => findSessionsOf(api, 'device', id), [id, version])
  const diary = useLoad(
    () => api.get<ListPage<DiaryEntryAnswer>>(path('api/devices', id, 'diary'), { limit: DIARY_ROWS }),
    [id, version],
  )
  const reload = (): void => setVersion((before) => before + 1)
  const follow = usePaced(reload)
  useEvents(IDENTITY_EVENTS, ({ data }) => {
    if (deviceOf(data) === id) follow()
  })
  const shown = TABS.filter((name) => (name === 'messages' || name === 'rpc' ? may('operate') : true))
  const tab = shown.find((name) => name === query['tab']) ?? 'overview'
  const live = sessions.data?.find(({ connected }) => connected)
  if (device.problem && !device.data) {
    const isUnknown = device.problem.status === 404
    return (
      <Page title={id}>
        <Failure problem={device.problem} onRetry={isUnknown ? undefined : reload} />
        {isUnknown && <a href={formatRoute(['devices'], { q: id })}>{words.findDevice}</a>}
      </Page>
    )
  }
  return (
    <Page
      title={id}
      state={
        device.data &&
        sessions.data &&
        diary.data && <DeviceStanding device={device.data} live={live} diary={diary.data.items} />
      }
    >
      <Tabs
        label={id}
        tabs={shown.map((name) => ({
          id: name,
          title: words.tabs[name],
          href: formatRoute(['devices', id], { tab: name === 'overview' ? undefined : name }),
        }))}
        current={tab}
      />
      {tab === 'overview' && (
        <Answer of={device} lines={10}>
          {(data) => (
            <>
              <Section title={words.identity}>
                <DeviceIdentity device={data} />
              </Section>
              <Section title={words.certificates}>
                <DeviceCertificates kind="device" id={id} version={version} empty={words.noCertificates} />
              </Section>
              <Section title={words.session}>
                <Answer of={sessions}>{(found) => <DeviceSession sessions={found} />}</Answer>
              </Section>
              {may('operate') && <DeviceInterventions device={data} live={live} onDone={reload} />}
            </>
          )}
        </Answer>
      )}
      {tab === 'diary' && (
        <Section title={words.diary}>
          <Answer of={diary}>{({ items }) => <DeviceDiary entries={items} />}</Answer>
        </Section>
      )}
      {tab === 'messages' && <MessageTail id={id} />}
      {tab === 'rpc' && device.data && <RemoteCall device={device.data} />}
      {tab === 'topics' && device.data && (
        <TopicTest of={id} action={query['action']} topic={query['topic'] ?? ownTopic(device.data)} />
      )}
      {tab === 'tokens' && <IdentityTokens kind="device" id={id} />}
      {tab === 'check' && <DeviceCheck kind="device" id={id} />}
    </Page>
  )
}

/** What every topic of its own begins with. */
function ownTopic({ userId, deviceId }: DeviceAnswer): string {
  return `users/${userId}/devices/${deviceId}/`
}
