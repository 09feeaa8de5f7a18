import type { RotationStore } from '../registry/rotation/ports.ts'
import type { MemberState, Rotation, RotationMember } from '../registry/rotation/rotation.ts'
import type { Database } from './database.ts'
import { desc, eq } from './drizzle.ts'
import { createPage } from './page.ts'
import { rotations } from './schema.ts'
import { createTransaction } from './transaction.ts'

// What `state` says of each: the first that applies. Certificates of the time of the rotation are the older ones.
const MEMBERS = `
  select device_id, told_at, case
      when max(created_at > @createdAt and isGood and first_seen_at is not null) then 'connected'
      when max(created_at > @createdAt and isGood) then 'renewed'
      when not coalesce(max(isGood), 0) then 'late'
      when told_at is not null then 'told'
      else 'waiting' end as state
  from (
    select members.device_id, told_at, created_at, first_seen_at,
      revoked_at is null and pending_since is null and (retires_at is null or retires_at > @now)
        and (not_after is null or not_after >= @now) and created_at is not null as isGood
    from (select * from rotation_members where rotation_id = @id and device_id > @after
          order by device_id limit @limit) members
    left join certificates on kind = 'device' and subject_id = members.device_id)
  group by device_id order by device_id`

interface MemberRow {
  readonly device_id: string
  readonly told_at: number | null
  readonly state: MemberState
}

export function createRotationStore(database: Database): RotationStore {
  const { orm, sqlite } = database
  const transaction = createTransaction(database)
  // Asked every second.
  const all = orm.select().from(rotations).orderBy(desc(rotations.createdAt)).prepare()
  const members = sqlite.prepare<[Readonly<Record<string, string | number>>], MemberRow>(MEMBERS)
  const asking = sqlite.prepare<[string, number]>(`
    select 1 from rotation_members join rotations on rotations.id = rotation_id
    where device_id = ? and state in ('running', 'paused') and rotations.created_at >= ? limit 1`)
  const add = sqlite.prepare<[string, string]>(
    'insert or ignore into rotation_members (rotation_id, device_id) values (?, ?)',
  )
  const tell = sqlite.prepare<[number, string, string]>(
    'update rotation_members set told_at = ? where rotation_id = ? and device_id = ?',
  )
  return {
    find(id) {
      const row = orm.select().from(rotations).where(eq(rotations.id, id)).get()
      return row && readRotation(row)
    },
    list: () => all.all().map(readRotation),
    insert: ({ deadline = null, gatheredTo = null, ...rotation }) =>
      void orm
        .insert(rotations)
        .values({ ...rotation, deadline, gatheredTo })
        .run(),
    setState: (id, state) => void orm.update(rotations).set({ state }).where(eq(rotations.id, id)).run(),
    addMembers(id, deviceIds, gatheredTo) {
      transaction(() => {
        for (const deviceId of deviceIds) add.run(id, deviceId)
        orm
          .update(rotations)
          .set({ gatheredTo: gatheredTo ?? null })
          .where(eq(rotations.id, id))
          .run()
      })
    },
    listMembers({ id, createdAt }, { after = '', limit }, now) {
      const query = { id, createdAt: createdAt.getTime(), now: now.getTime(), after, limit: limit + 1 }
      return createPage(members.all(query).map(readMember), limit, ({ deviceId }) => deviceId)
    },
    markTold(id, deviceIds, toldAt) {
      transaction(() => {
        for (const deviceId of deviceIds) tell.run(toldAt.getTime(), id, deviceId)
      })
    },
    asks: (deviceId, createdAt) => asking.get(deviceId, createdAt.getTime()) !== undefined,
  }
}

function readRotation(row: typeof rotations.$inferSelect): Rotation {
  return { ...row, deadline: row.deadline ?? undefined, gatheredTo: row.gatheredTo ?? undefined }
}

function readMember({ device_id: deviceId, told_at: toldAt, state }: MemberRow): RotationMember {
  return { deviceId, state, toldAt: toldAt === null ? undefined : new Date(toldAt) }
}
