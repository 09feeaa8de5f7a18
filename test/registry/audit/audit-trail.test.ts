import { describe, expect, test } from 'vitest'
import { createAuditStore } from '../../../src/db/audit-store.ts'
import { openDatabase } from '../../../src/db/database.ts'
import { createSharedTransaction } from '../../../src/db/shared-transaction.ts'
import { createTransaction } from '../../../src/db/transaction.ts'
import type { AuditEntry } from '../../../src/registry/audit/audit-entry.ts'
import { type AuditedRequest, createAuditTrail } from '../../../src/registry/audit/audit-trail.ts'

const NOON = new Date('2026-03-01T12:00:00Z')
const DAY_MS = 86_400_000
const REQUEST: AuditedRequest = {
  actor: 'token:1 ops',
  role: 'operator',
  action: 'device.revoke',
  object: 'device-001',
  surface: 'https',
  address: '192.0.2.7',
  requestId: 'request-1',
}

describe('the audit trail', () => {
  test('tells of a change in the transaction that keeps it, once for each request', async () => {
    using scene = openScene()
    const { trail, transaction } = scene
    await trail.within(REQUEST, async () => {
      transaction(() => transaction(() => scene.change(1)))
      await Promise.resolve()
      transaction(() => scene.change(2))
      trail.conclude('done')
    })
    expect(scene.entries()).toMatchObject([{ ...REQUEST, number: 1, at: NOON, result: 'done', previousHash: '' }])
    expect(scene.changes()).toEqual([1, 2])
  })

  test('tells of a single change in a transaction of its own', async () => {
    using scene = openScene()
    await scene.trail.within(REQUEST, async () => {
      expect(scene.single(() => scene.change(1).changes)).toBe(1)
      expect(() =>
        scene.single(() => {
          scene.change(2)
          throw new Error('no')
        }),
      ).toThrow('no')
    })
    expect(scene.entries()).toMatchObject([REQUEST])
    expect(scene.changes()).toEqual([1])
  })

  test('tells of a single change within a transaction with the whole of it, and takes back both', async () => {
    using scene = openScene()
    const { transaction, single } = scene
    await scene.trail.within(REQUEST, async () => {
      expect(() =>
        transaction(() => {
          single(() => scene.change(1))
          throw new Error('no')
        }),
      ).toThrow('no')
      expect(scene.entries()).toEqual([])
      transaction(() => {
        single(() => scene.change(2))
        expect(scene.entries()).toEqual([])
        single(() => scene.change(3))
      })
    })
    expect(scene.entries()).toHaveLength(1)
    expect(scene.changes()).toEqual([2, 3])
  })

  test('tells nothing of a change that is taken back, but what came of it', async () => {
    using scene = openScene()
    const { trail, transaction } = scene
    await trail.within(REQUEST, async () => {
      expect(() =>
        transaction(() => {
          scene.change(1)
          throw new Error('no')
        }),
      ).toThrow('no')
      expect(scene.entries()).toEqual([])
      trail.conclude('internal_error')
    })
    expect(scene.entries()).toMatchObject([{ result: 'internal_error' }])
    expect(scene.changes()).toEqual([])
  })

  test('tells of each change of those that share a transaction, and of the one among them that is taken back', async () => {
    using scene = openScene()
    const { trail, transaction } = scene
    const share = createSharedTransaction(scene.database, transaction)
    const ask = (number: number, error?: Error) =>
      trail.within({ ...REQUEST, requestId: `request-${number}` }, async () => {
        const work = (): void => {
          scene.change(number)
          if (error) throw error
        }
        const result = await share(work, () => 'done').catch(() => 'internal_error')
        trail.conclude(result)
      })
    await Promise.all([ask(1), ask(2, new Error('no')), ask(3)])
    expect(scene.entries()).toMatchObject([
      { number: 1, requestId: 'request-1', result: 'done' },
      { number: 2, requestId: 'request-3', result: 'done' },
      { number: 3, requestId: 'request-2', result: 'internal_error' },
    ])
    expect(scene.changes()).toEqual([1, 3])
    expect(await trail.verify()).toMatchObject({ entries: 3, brokenAt: undefined })
  })

  test('undoes the change whose entry cannot be written', async () => {
    using scene = openScene()
    const { trail, transaction, database } = scene
    database.sqlite.exec("create trigger full before insert on audit_entries begin select raise(abort, 'full'); end")
    await trail.within(REQUEST, async () => {
      expect(() => transaction(() => scene.change(1))).toThrow('full')
    })
    expect(scene.changes()).toEqual([])
  })

  test('knows whose change it is when requests overlap', async () => {
    using scene = openScene()
    const { trail, transaction } = scene
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const works = [first, second].map(({ promise }, index) =>
      trail.within({ ...REQUEST, object: `device-${index}` }, async () => {
        await promise
        transaction(() => scene.change(index))
      }),
    )
    second.resolve()
    first.resolve()
    await Promise.all(works)
    expect(scene.entries().map(({ object }) => object)).toEqual(['device-1', 'device-0'])
  })

  test('leaves out what nobody asked for, and tells what the hub does by itself', () => {
    using scene = openScene()
    scene.transaction(() => scene.change(1))
    expect(scene.entries()).toEqual([])
    scene.trail.conclude('done')
    scene.trail.note({ action: 'server.renew', object: 'CN=Signet' })
    expect(scene.entries()).toMatchObject([{ actor: 'hub', action: 'server.renew', result: 'done' }])
  })

  test('tells of what the hub changes by itself in the transaction that keeps it, once, whoever has brought it about', async () => {
    using scene = openScene()
    const act = { action: 'compromise.suspend', object: 'device pump two_addresses' } as const
    await scene.trail.within(REQUEST, async () => {
      scene.trail.byItself(act, () => {
        scene.transaction(() => scene.change(1))
        scene.transaction(() => scene.change(2))
      })
      scene.trail.conclude('key_in_use')
    })
    expect(scene.trail.byItself(act, () => 'nothing to change')).toBe('nothing to change')
    expect(scene.entries()).toMatchObject([
      { ...act, actor: 'hub', role: undefined, surface: 'hub', requestId: undefined, result: 'done' },
      { ...REQUEST, result: 'key_in_use' },
    ])
  })

  test('undoes what the hub changes by itself when its entry cannot be written', () => {
    using scene = openScene()
    scene.database.sqlite.exec(
      "create trigger full before insert on audit_entries begin select raise(abort, 'full'); end",
    )
    const change = (): unknown => scene.transaction(() => scene.change(1))
    expect(() => scene.trail.byItself({ action: 'rotation.deadline', object: 'r1' }, change)).toThrow('full')
    expect(scene.changes()).toEqual([])
  })

  test('tells what is repeated without a change once a minute', async () => {
    using scene = openScene()
    const refuse = (object: string) =>
      scene.trail.within({ ...REQUEST, object, requestId: crypto.randomUUID() }, async () => scene.trail.conclude('no'))
    for (const object of ['a', 'a', 'b']) await refuse(object)
    scene.tick(59_999)
    await refuse('a')
    expect(scene.entries().map(({ object }) => object)).toEqual(['a', 'b'])
    scene.tick(1)
    await refuse('a')
    expect(scene.entries()).toHaveLength(3)
    for (let index = 0; index < 1000; index++) await refuse(`c${index}`)
    await refuse('c999')
    expect(scene.entries()).toHaveLength(1003)
  })

  test('is a chain: what is changed, inserted or removed is found', async () => {
    for (const [name, statement, brokenAt] of [
      ['changed', "update audit_entries set actor = 'nobody' where number = 2", 2],
      ['removed', 'delete from audit_entries where number = 2', 3],
      ['moved in time', 'update audit_entries set at = at + 1 where number = 3', 3],
    ] as const) {
      using scene = openScene()
      for (const object of ['a', 'b', 'c', 'd']) scene.trail.note({ action: 'backup', object })
      expect(await scene.trail.verify()).toMatchObject({ entries: 4, brokenAt: undefined, isFound: undefined })
      scene.database.sqlite.exec('drop trigger audit_entries_are_final')
      scene.database.sqlite.exec(statement)
      expect((await scene.trail.verify()).brokenAt, name).toBe(brokenAt)
    }
  })

  test('shows by a hash that was written down that its end was cut off', async () => {
    using scene = openScene()
    for (const object of ['a', 'b']) scene.trail.note({ action: 'backup', object })
    const { head } = await scene.trail.verify()
    expect(await scene.trail.verify(head)).toMatchObject({ isFound: true })
    scene.database.sqlite.exec('delete from audit_entries where number = 2')
    expect(await scene.trail.verify(head)).toMatchObject({ brokenAt: undefined, isFound: false })
  })

  test('refuses every change of an entry, by a trigger of the database', () => {
    using scene = openScene()
    scene.trail.note({ action: 'backup', object: 'a' })
    expect(() => scene.database.sqlite.exec("update audit_entries set actor = 'nobody'")).toThrow('never changed')
  })

  test('forgets what is older, and tells of it: the chain goes on', async () => {
    using scene = openScene()
    for (const object of ['a', 'b']) scene.trail.note({ action: 'backup', object })
    scene.tick(1000)
    scene.trail.note({ action: 'backup', object: 'c' })
    await scene.trail.forgetBefore(scene.now())
    expect(scene.entries()).toMatchObject([
      { number: 3, object: 'c' },
      { number: 4, actor: 'hub', action: 'audit.forget', object: '2' },
    ])
    scene.tick(DAY_MS)
    await scene.trail.forgetBefore(scene.now())
    scene.trail.note({ action: 'backup', object: 'd' })
    expect(scene.entries().map(({ object }) => object)).toEqual(['4', 'd'])
    expect(await scene.trail.verify()).toMatchObject({ entries: 2, brokenAt: undefined, missingBefore: undefined })
  })

  test('forgets once a day, also after a clock that was ahead, and at once where it failed', async () => {
    using scene = openScene()
    const forget = async (): Promise<number> => {
      scene.trail.note({ action: 'backup', object: 'a' })
      scene.tick(1)
      await scene.trail.forgetBefore(scene.now())
      return scene.entries().length
    }
    scene.tick(10 * DAY_MS)
    await scene.trail.forgetBefore(scene.now())
    scene.tick(-10 * DAY_MS)
    expect([await forget(), await forget(), await forget()]).toEqual([1, 2, 3])
    scene.tick(DAY_MS)
    scene.database.sqlite.exec(
      "create trigger full before delete on audit_entries begin select raise(abort, 'full'); end",
    )
    await expect(forget()).rejects.toThrow('full')
    scene.database.sqlite.exec('drop trigger full')
    expect(await forget()).toBe(1)
  })

  test('forgets only from its beginning on, however many, and whatever the clock did', async () => {
    using scene = openScene()
    const count = 4500
    scene.transaction(() => {
      for (let index = 0; index < count; index++) scene.trail.note({ action: 'backup', object: `${index}` })
    })
    scene.tick(2000)
    scene.trail.note({ action: 'backup', object: 'later' })
    scene.tick(-1000)
    scene.trail.note({ action: 'backup', object: 'with a clock that was set back' })
    await scene.trail.forgetBefore(scene.now())
    expect(scene.entries().map(({ number }) => number)).toEqual([count + 1, count + 2, count + 3])
    expect(await scene.trail.verify()).toMatchObject({ brokenAt: undefined, missingBefore: undefined })
  })

  test('takes what is forgotten while it is verified for no gap, and what somebody removes for one', async () => {
    using scene = openScene()
    const count = 4500
    scene.transaction(() => {
      for (let index = 0; index < count; index++) scene.trail.note({ action: 'backup', object: `${index}` })
    })
    scene.tick(1000)
    for (const object of ['c', 'd', 'e']) scene.trail.note({ action: 'backup', object })
    const [verdict] = await Promise.all([scene.trail.verify(), scene.trail.forgetBefore(scene.now())])
    expect(verdict.entries).toBeLessThan(count)
    expect(verdict).toMatchObject({ brokenAt: undefined, missingBefore: undefined })
    scene.database.sqlite.exec(`delete from audit_entries where number = ${count + 2}`)
    expect(await scene.trail.verify()).toMatchObject({ brokenAt: count + 3 })
  })

  test('shows that its oldest entries were removed, and not forgotten', async () => {
    using scene = openScene()
    for (const object of ['a', 'b']) scene.trail.note({ action: 'backup', object })
    scene.tick(1000)
    for (const object of ['c', 'd', 'e']) scene.trail.note({ action: 'backup', object })
    await scene.trail.forgetBefore(scene.now())
    scene.database.sqlite.exec('delete from audit_entries where number = 3')
    expect(await scene.trail.verify()).toMatchObject({ brokenAt: undefined, missingBefore: 4 })
  })

  test('takes nobody else at their word that entries were forgotten', async () => {
    using scene = openScene()
    const forged = { ...REQUEST, action: 'audit.forget', object: '1' }
    for (const act of [REQUEST, forged]) await scene.trail.within(act, async () => scene.trail.conclude('done'))
    scene.database.sqlite.exec('delete from audit_entries where number = 1')
    expect(await scene.trail.verify()).toMatchObject({ missingBefore: 2 })
  })

  test('is read in pages, and found by who, what and when', async () => {
    using scene = openScene()
    for (let index = 0; index < 1001; index++)
      scene.trail.note({ action: index % 2 ? 'backup' : 'server.renew', object: `o${index}` })
    expect(await scene.trail.verify()).toMatchObject({ entries: 1001 })
    const page = await scene.trail.list({ limit: 2, action: 'backup' })
    expect(page.items.map(({ object }) => object)).toEqual(['o999', 'o997'])
    const next = await scene.trail.list({ limit: 2, action: 'backup', after: page.nextCursor ?? '' })
    expect(next.items.map(({ object }) => object)).toEqual(['o995', 'o993'])
    expect((await scene.trail.list({ limit: 5, search: 'o1000' })).items).toHaveLength(1)
    expect((await scene.trail.list({ limit: 5, search: '%' })).items).toEqual([])
    expect((await scene.trail.list({ limit: 5, since: new Date(NOON.getTime() + 1) })).items).toEqual([])
    expect((await scene.trail.list({ limit: 5, until: new Date(NOON.getTime() - 1) })).items).toEqual([])
  })
})

function openScene() {
  let time = NOON.getTime()
  const database = openDatabase()
  database.sqlite.exec('create table changes (number integer)')
  const now = (): Date => new Date(time)
  const store = createAuditStore(database)
  const parts = createAuditTrail({ store, transaction: createTransaction(database), clock: now })
  return {
    ...parts,
    database,
    now,
    tick(milliseconds: number) {
      time += milliseconds
    },
    change: (number: number) => database.sqlite.prepare('insert into changes values (?)').run(number),
    changes: () => database.sqlite.prepare('select number from changes order by number').pluck().all(),
    entries: (): readonly AuditEntry[] => store.listAfter(0, 10_000),
    [Symbol.dispose]: () => database[Symbol.dispose](),
  }
}
