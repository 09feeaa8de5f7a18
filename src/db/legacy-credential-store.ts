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

  return {
    find: (id) => byDevice.get({ deviceId: id }),
    findByUserName: (name) => byUserName.get({ userName: name }),
    save(credential) {
      const { deviceId: _device, ...set } = credential
      orm.insert(legacyCredentials).values(credential).onConflictDoUpdate({ target: deviceId, set }).run()
    },
    delete: (id) => void orm.delete(legacyCredentials).where(eq(deviceId, id)).run(),
    listEnding: (after, until) =>
      select()
        .where(and(gt(endsAt, after), lte(endsAt, until)))
        .orderBy(asc(endsAt))
        .all(),
  }
}
