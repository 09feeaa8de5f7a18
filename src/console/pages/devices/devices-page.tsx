import { useEffect, useState } from 'preact/hooks'
import { deviceOf } from '../../../logged-event.ts'
import type { DeviceRowAnswer, OverviewAnswer } from '../../hub/answers.ts'
import { useHub } from '../../hub/console-hub.ts'
import { type HubEvent, useEvents } from '../../hub/event-feed.ts'
import { type Page as ListPage, useList } from '../../hub/list.ts'
import { useOverview } from '../../hub/overview.ts'
import { may } from '../../hub/session.ts'
import { counted, formatNumber, read } from '../../language.ts'
import type { PageProps } from '../../page-table.ts'
import { Chips } from '../../parts/chips.tsx'
import { Failure } from '../../parts/failure.tsx'
import { FilterField } from '../../parts/filter-field.tsx'
import { Page } from '../../parts/page.tsx'
import { Skeleton } from '../../parts/skeleton.tsx'
import { Table } from '../../parts/table.tsx'
import { formatRoute } from '../../route.ts'
import { navigate, refine } from '../../router.ts'
import { PendingNote } from '../enrolment/pending-note.tsx'
import { DeviceBulk } from './device-bulk.tsx'
import { deviceColumns } from './device-columns.tsx'
import { DEVICES_TEXT } from './devices-text.ts'

const REFRESH_MS = 10_000

/** The fleet: who is online, who is not, whose certificate ends. */
export function DevicesPage({ route: { query } }: PageProps) {
  const { api } = useHub()
  const words = read(DEVICES_TEXT)
  const [selection, select] = useState<ReadonlySet<string>>(new Set())
  const { q, state, connected, userId, sort = 'id', order = 'asc' } = query
  const overview = useOverview(REFRESH_MS)
  const list = useList(
    (page) => api.get<ListPage<DeviceRowAnswer>>('api/devices', { q, state, connected, userId, sort, order, ...page }),
    [q, state, connected, userId, sort, order],
  )
  useEvents(['device.connected', 'device.disconnected', 'identity.suspended', 'identity.resumed'], (event) =>
    list.change((rows) => rows.map((row) => (row.deviceId === deviceOf(event.data) ? afterEvent(row, event) : row))),
  )
  const { rows } = list
  const filters = [q, state, connected, userId].join(' ')
  // Nothing is done to what is out of sight.
  useEffect(() => select(new Set()), [filters])
  const isFiltered = Boolean(q || state || connected || userId)
  return (
    <Page
      title={words.title}
      state={overview.data && <StateSentence devices={overview.data.devices} />}
      actions={
        <>
          <a class="button" href={formatRoute(['enrolment'])}>
            {words.enrolment}
          </a>
          {may('operate') && (
            <a class="button main" href={formatRoute(['devices', 'add'])}>
              {words.add}
            </a>
          )}
        </>
      }
    >
      <PendingNote count={overview.data?.enrolments.pending} />
      <FilterField label={words.find} value={q} onChange={(wanted) => refine({ q: wanted })} />
      <div class="row">
        <Chips
          label={words.filters}
          choices={[
            { value: 'true', label: words.filterOnline },
            { value: 'false', label: words.filterOffline },
          ]}
          chosen={connected}
          onChoose={(value) => refine({ connected: value })}
        />
        <Chips
          label={words.state}
          choices={[
            { value: 'suspended', label: words.filterSuspended },
            ...(userId ? [{ value: 'user', label: words.ofUser(userId) }] : []),
          ]}
          chosen={state}
          onChoose={(value) => refine(value === 'user' ? { userId: undefined } : { state: value })}
        />
      </div>
      {list.problem && <Failure problem={list.problem} onRetry={list.reload} />}
      {rows === undefined && !list.problem && <Skeleton lines={8} />}
      {rows && (
        <Table
          label={words.title}
          columns={deviceColumns(words)}
          rows={rows}
          keyOf={({ deviceId }) => deviceId}
          view={filters}
          order={{ by: sort, direction: order === 'desc' ? 'desc' : 'asc' }}
          onOrder={({ by, direction }) => refine({ sort: by, order: direction })}
          onOpen={({ deviceId }) => navigate(['devices', deviceId])}
          {...(may('operate') ? { selection, onSelect: select } : {})}
          onMore={list.isWhole ? undefined : list.more}
          empty={isFiltered ? words.noneFound : <NoDevices />}
        />
      )}
      <DeviceBulk ids={[...selection]} onClear={() => select(new Set())} onDone={list.reload} />
    </Page>
  )
}

function afterEvent(row: DeviceRowAnswer, { type, at, data }: HubEvent): DeviceRowAnswer {
  switch (type) {
    case 'device.connected':
      return { ...row, connected: true, address: data.address, lastSeenAt: at }
    case 'device.disconnected':
      return { ...row, connected: false, address: null, lastSeenAt: at }
    case 'identity.suspended':
      return { ...row, state: 'suspended', connected: false }
    default:
      return { ...row, state: 'active' }
  }
}

function StateSentence({ devices }: Pick<OverviewAnswer, 'devices'>) {
  const words = read(DEVICES_TEXT)
  return (
    <>
      <a href={formatRoute(['devices'], { connected: 'true' })}>
        {words.online(formatNumber(devices.connected), counted(devices.total, words.ofDevices))}
      </a>{' '}
      {devices.suspended > 0 && (
        <a href={formatRoute(['devices'], { state: 'suspended' })}>{counted(devices.suspended, words.suspended)}.</a>
      )}
    </>
  )
}

function NoDevices() {
  const words = read(DEVICES_TEXT)
  return (
    <>
      <h2>{words.noDevices}</h2>
      <p>{words.noDevicesHelp}</p>
      {may('operate') && (
        <a class="button main" href={formatRoute(['devices', 'add'])}>
          {words.add}
        </a>
      )}
    </>
  )
}
