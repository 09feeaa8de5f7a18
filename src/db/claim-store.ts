import type { Claim } from '../registry/claim.ts'
import type { ClaimStore } from '../registry/ports.ts'
import type { Database } from './database.ts'
import { and, eq, isNull, sql } from './drizzle.ts'
import { claims } from './schema-enrolment.ts'

export function createClaimStore({ orm }: Database): ClaimStore {
  const select = () => orm.select().from(claims)
  const byId = select()
    .where(eq(claims.id, sql.placeholder('id')))
    .prepare()
  const ofDevice = select()
    .where(eq(claims.deviceId, sql.placeholder('deviceId')))
    .prepare()

  return {
    find: (id) => readClaim(byId.get({ id })),
    findOf: (deviceId) => readClaim(ofDevice.get({ deviceId })),
    save(claim) {
      // An undefined value would leave that of the earlier claim.
      const { deviceId, ...others } = { ...claim, usedAt: claim.usedAt ?? null }
      orm
        .insert(claims)
        .values({ deviceId, ...others })
        .onConflictDoUpdate({ target: claims.deviceId, set: others })
        .run()
    },
    markUsed(id, usedAt) {
      orm
        .update(claims)
        .set({ usedAt })
        .where(and(eq(claims.id, id), isNull(claims.usedAt)))
        .run()
    },
    deleteOf: (deviceId) => void orm.delete(claims).where(eq(claims.deviceId, deviceId)).run(),
  }
}

function readClaim(row: typeof claims.$inferSelect | undefined): Claim | undefined {
  return row && { ...row, usedAt: row.usedAt ?? undefined }
}
