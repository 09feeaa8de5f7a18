import type { Placeholder } from 'drizzle-orm'
import type { DeviceListStore } from '../registry/device-list.ts'
import type { DevicePosition, EndRuns } from '../registry/device-scan.ts'
import type { Database } from './database.ts'
import { type SQL, sql } from './drizzle.ts'
import { prepareRows } from './rows.ts'
import { certificates, devices } from './schema.ts'

/** Of its certificates that are neither revoked nor replaced, the end of the one that ends last: from an index alone. */
export function endsAt(now: number | Placeholder): SQL<number | null> {
  // Not as a column of drizzle's, which leaves out the name of an only table: certificates have an id too.
  return sql`(
    select max(not_after) from certificates
    where kind = 'device' and subject_id = devices.id and revoked_at is null and pending_since is null
      and (retires_at is null or retires_at > ${now}))`
}

type Ends = readonly [end: number, subjectId: string]

/** Walks the ends of all certificates, which an index has in order: each device stands where its last one ends. */
export function prepareEndRuns(
  { orm, sqlite }: Database,
  { order, size, now }: EndRuns,
): ReturnType<DeviceListStore['prepareEndRuns']> {
  const { notAfter, subjectId } = certificates
  const place = sql`(${notAfter}, ${subjectId})`
  const [past, upTo] = order === 'asc' ? [sql`>`, sql`<=`] : [sql`<`, sql`>=`]
  const isGood = sql`${certificates.revokedAt} is null and ${certificates.pendingSince} is null`
  const isBehind = sql`${isGood} and ${notAfter} is not null and ${place} ${past} (${bound('end')}, ${bound('id')})`
  const inOrder = [notAfter, subjectId].map((column) => sql`${column} ${sql.raw(order)}`)
  const lastOfRun = orm
    .select({ notAfter, subjectId })
    .from(certificates)
    .where(isBehind)
    .orderBy(...inOrder)
    .limit(1)
    .offset(size - 1)
  // A device whose two certificates end together is there once.
  const run = orm
    .selectDistinct({ notAfter, subjectId })
    .from(certificates)
    .innerJoin(devices, sql`${devices.id} = ${subjectId}`)
    .where(
      sql`${isBehind} and ${place} ${upTo} (${bound('lastEnd')}, ${bound('lastId')}) and ${notAfter} = ${endsAt(now.getTime())}`,
    )
    .orderBy(...inOrder)
  const endOf = prepareRows<Ends, Name>(sqlite, lastOfRun)
  const within = prepareRows<Ends, Name>(sqlite, run)
  const [first, last] = order === 'asc' ? [BEFORE_ALL, BEHIND_ALL] : [BEHIND_ALL, BEFORE_ALL]
  return (after = first) => {
    const behind = { end: Number(after.value), id: after.id }
    const [ending] = endOf({ ...behind, lastEnd: null, lastId: null })
    const end = ending && readPosition(ending)
    const { value: lastEnd, id: lastId } = end ?? last
    return { devices: within({ ...behind, lastEnd: Number(lastEnd), lastId }).map(readPosition), last: end }
  }
}

const BEFORE_ALL: DevicePosition = { value: Number.MIN_SAFE_INTEGER, id: '' }
const BEHIND_ALL: DevicePosition = { value: Number.MAX_SAFE_INTEGER, id: '' }

function readPosition([value, id]: Ends): DevicePosition {
  return { value, id }
}

type Name = 'end' | 'id' | 'lastEnd' | 'lastId'

function bound(name: Name): Placeholder {
  return sql.placeholder(name)
}
