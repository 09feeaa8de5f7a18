import type { LegacyCredentialStore } from '../registry/ports.ts'
import type { Database } from './database.ts'
import { and, asc, eq, gt, lte, sql } from './drizzle.ts'
import { legacyCredentials } from './schema.ts'

export function createLegacyCredentialStore({ orm }: Database): LegacyCredentialStore {
  const { placeholder } = sql
  const { deviceId, userName, endsAt } = legacyCredentials
  const select = () => orm.select().from(legacyCredentials)
  const byDevice = select()
    .where(eq(deviceId, placeholder('deviceId')))
    .prepare()
  const byUserName = select()
    .where(eq(userName, placeholder('userName')))
    .prepare()
  const upsert = orm
    .insert(legacyCredentials)
    .values({
      deviceId: placeholder('deviceId'),
      userName: placeholder('userName'),
      hash: placeholder('hash'),
      endsAt: placeholder('endsAt'),
      createdAt: placeholder('createdAt'),
    })
    .onConflictDoUpdate({ target: deviceId, set: REPLACED })
    .prepare()

  return {
    find: (id) => byDevice.get({ deviceId: id }),
    findByUserName: (name) => byUserName.get({ userName: name }),
    save: (credential) => void upsert.run({ ...credential }),
    delete: (id) => void orm.delete(legacyCredentials).where(eq(deviceId, id)).run(),
    listEnding: (after, until) =>
      select()
        .where(and(gt(endsAt, after), lte(endsAt, until)))
        .orderBy(asc(endsAt))
        .all(),
  }
}

const REPLACED = {
  userName: sql`excluded.user_name`,
  hash: sql`excluded.hash`,
  endsAt: sql`excluded.ends_at`,
  createdAt: sql`excluded.created_at`,
}
