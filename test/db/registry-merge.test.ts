import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createStores } from '../../src/app-stores.ts'
import type { CertificateAuthority } from '../../src/ca/authority.ts'
import { createMemoryAuthority } from '../../src/ca/memory-authority.ts'
import { createAuthorityStore } from '../../src/db/authority-store.ts'
import { type Database, openDatabase } from '../../src/db/database.ts'
import { createForeignAuthorityStore } from '../../src/db/foreign-authority-store.ts'
import { findRegistryLosses, listRemoved } from '../../src/db/registry-losses.ts'
import { dropSignIns, MERGED, mergeRegistry } from '../../src/db/registry-merge.ts'
import { createRevocationListStore } from '../../src/db/revocation-list-store.ts'
import type { Stores } from '../../src/registry/registry.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import {
  createApiToken,
  createCertificate,
  createDevice,
  createIdentityToken,
  createLegacyCredential,
  createService,
  createSignedLists,
  minutesAfterNoon,
  NOON,
} from './records.ts'

const NOW = minutesAfterNoon(60)
const known = createCertificate('d1')
const revocation = { revokedAt: minutesAfterNoon(5), revocationReason: 'keyCompromise' } as const

type Change = (stores: Stores, database: Database) => void

/** What is restored, where `since` has happened after `before` was backed up; `read` sees both. */
async function merge<Result>(
  before: Change,
  since: Change,
  read: (stores: Stores, database: Database) => Result,
  isMerged = true,
): Promise<Result> {
  await using folder = await temporaryFolder()
  const [backup, present] = [join(folder.path, 'backup.db'), join(folder.path, 'present.db')]
  change(backup, before)
  copyFileSync(backup, present)
  change(present, since)
  using database = openDatabase({ file: backup })
  database.sqlite.prepare('attach ? as present').run(present)
  if (isMerged) mergeRegistry(database.sqlite, NOW)
  return read(
    createStores(database, () => NOW),
    database,
  )
}

function change(file: string, work: Change): void {
  using database = openDatabase({ file })
  work(
    createStores(database, () => NOW),
    database,
  )
}

function factsOf({ fingerprint, caCertificatePem: certificatePem }: CertificateAuthority) {
  return { fingerprint, certificatePem }
}

function populate(stores: Stores): void {
  stores.tokens.insert(createApiToken('root'))
  stores.devices.save(createDevice('d1'))
  stores.certificates.insert(known)
}

test('every table of the registry is decided upon', () => {
  using database = openDatabase()
  const tables = database.sqlite
    .prepare<[], string>("select name from sqlite_master where type = 'table' and name not like '\\_\\_%' escape '\\'")
    .pluck()
    .all()
  expect(Object.keys(MERGED).toSorted()).toEqual(tables.toSorted())
})

test('who is signed in to the console, or may sign in, is dropped', () => {
  using database = openDatabase()
  const { signInLinks, consoleSessions } = createStores(database, () => NOW)
  const shared = { id: 'a', name: 'eva', role: 'admin', secretHash: Buffer.from('hash'), createdAt: NOON } as const
  signInLinks.insert({ ...shared, expiresAt: NOW, usedAt: undefined })
  consoleSessions.insert({ ...shared, via: 'link', tokenId: undefined, lastUsedAt: NOON })
  dropSignIns(database.sqlite)
  expect([signInLinks.find('a'), consoleSessions.find('a')]).toEqual([undefined, undefined])
  const dropped = Object.entries(MERGED).flatMap(([table, fate]) => (fate === 'dropped' ? [table] : []))
  expect(dropped).toEqual(['sign_in_links', 'console_sessions'])
})

describe('of certificates', () => {
  test('a revocation since then stays, with its time and reason', async () => {
    const found = await merge(
      populate,
      ({ certificates }) => certificates.markRevoked([known.fingerprint], revocation.revokedAt, 'keyCompromise'),
      ({ certificates }) => certificates.findByFingerprint(known.fingerprint),
    )
    expect(found).toMatchObject(revocation)
  })

  test('a revocation that the backup knows stays, whatever the present state says', async () => {
    const found = await merge(
      (stores) => {
        populate(stores)
        stores.certificates.markRevoked([known.fingerprint], revocation.revokedAt, 'keyCompromise')
      },
      (_, { sqlite }) => sqlite.exec('update certificates set revoked_at = null, revocation_reason = null'),
      ({ certificates }) => certificates.findByFingerprint(known.fingerprint),
    )
    expect(found).toMatchObject(revocation)
  })

  test('what was issued since is revoked and listed, the newest last; its request may be repeated', async () => {
    const since = [1, 2].map((minutes) =>
      createCertificate('d2', { createdAt: minutesAfterNoon(minutes), idempotencyKey: `key ${minutes}` }),
    )
    const found = await merge(
      populate,
      ({ certificates }) => since.forEach(certificates.insert),
      ({ certificates }, database) => ({
        listed: createRevocationListStore(database).listRevoked(NOON, '', 10).length,
        rows: certificates.listOf('device', 'd2'),
      }),
    )
    expect(found.listed).toBe(2)
    const revoked = { revokedAt: NOW, revocationReason: 'cessationOfOperation' }
    expect(found.rows).toMatchObject(since.toReversed().map(({ fingerprint }) => ({ fingerprint, ...revoked })))
    expect(found.rows.map(({ idempotencyKey }) => idempotencyKey)).toEqual([undefined, undefined])
  })

  test('of what was issued elsewhere and registered since, only the revoked ones are kept', async () => {
    const [rejected, imported] = [
      createCertificate('d2', { origin: 'presented', ...revocation }),
      createCertificate('d3', { origin: 'imported' }),
    ]
    const found = await merge(
      populate,
      ({ certificates }) => [rejected, imported].forEach(certificates.insert),
      ({ certificates }) => [rejected, imported].map(({ fingerprint }) => certificates.findByFingerprint(fingerprint)),
    )
    expect(found).toMatchObject([revocation, undefined])
  })

  test('one that an import brought and its undoing took away is not let in again', async () => {
    const imported = createCertificate('d1', { origin: 'imported' })
    const found = await merge(
      (stores) => {
        populate(stores)
        stores.certificates.insert(imported)
      },
      (_, { sqlite }) => sqlite.prepare('delete from certificates where fingerprint = ?').run(imported.fingerprint),
      ({ certificates }) => certificates.findByFingerprint(imported.fingerprint),
    )
    expect(found).toBeUndefined()
  })

  test('the number that was learned at its first connection is kept, or the CRL could not list it', async () => {
    const unseen = { serialNumber: undefined, notBefore: undefined, notAfter: undefined, pem: undefined }
    const { serialNumber, notBefore, notAfter } = known
    const found = await merge(
      (stores) => {
        stores.tokens.insert(createApiToken('root'))
        stores.certificates.insert({ ...known, ...unseen, origin: 'imported' })
      },
      ({ certificates }) => {
        certificates.markFirstSeen({ ...known, subject: 'CN=d1' }, minutesAfterNoon(1))
        certificates.markRevoked([known.fingerprint], revocation.revokedAt, 'keyCompromise')
      },
      ({ certificates }) => certificates.findByFingerprint(known.fingerprint),
    )
    expect(found).toMatchObject({ serialNumber, notBefore, notAfter, subject: 'CN=d1', ...revocation })
  })

  test('the earlier end of an overlap stays', async () => {
    const found = await merge(
      populate,
      ({ certificates }) => certificates.markRetiring([known.fingerprint], minutesAfterNoon(90)),
      ({ certificates }) => certificates.findByFingerprint(known.fingerprint)?.retiresAt,
    )
    expect(found).toEqual(minutesAfterNoon(90))
  })
})

describe('of identities', () => {
  test('who was suspended since stays so, and who was let in again is suspended as before', async () => {
    const states = await merge(
      (stores) => {
        populate(stores)
        stores.devices.save(createDevice('d2', { state: 'suspended' }))
        stores.services.save(createService('s1'))
      },
      ({ devices, services }) => {
        devices.save(createDevice('d1', { state: 'suspended' }))
        devices.save(createDevice('d2'))
        services.save(createService('s1', { state: 'suspended' }))
      },
      ({ devices, services }) => [devices.find('d1'), devices.find('d2'), services.find('s1')].map((one) => one?.state),
    )
    expect(states).toEqual(['suspended', 'suspended', 'suspended'])
  })

  for (const { name, since } of [
    { name: 'removed', since: ({ devices }: Stores) => devices.delete('d1') },
    {
      name: 'removed and made again',
      since: ({ devices }: Stores) => {
        devices.delete('d1')
        devices.save(createDevice('d1', { createdAt: minutesAfterNoon(1) }))
      },
    },
    {
      name: 'given to another owner',
      since: ({ devices }: Stores) => {
        devices.save(createDevice('d1', { userId: 'other' }))
      },
    },
  ]) {
    test(`a device that was ${name} comes back suspended, its token revoked and its password gone`, async () => {
      const found = await merge(
        (stores) => {
          populate(stores)
          stores.identityTokens.insert(createIdentityToken('t1', { subjectId: 'd1' }))
          stores.legacy.save(createLegacyCredential('d1'))
        },
        (stores) => {
          stores.identityTokens.deleteOf('device', 'd1')
          stores.legacy.delete('d1')
          since(stores)
        },
        ({ devices, identityTokens, legacy }, { sqlite }) => ({
          state: devices.find('d1')?.state,
          revokedAt: identityTokens.find('t1')?.revokedAt,
          password: legacy.find('d1'),
          removed: listRemoved(sqlite),
        }),
      )
      expect(found).toEqual({
        state: 'suspended',
        revokedAt: NOW,
        password: undefined,
        removed: [{ kind: 'device', id: 'd1', userId: 'default' }],
      })
    })
  }

  test('a registry that was begun anew beside the old CA has removed nobody', async () => {
    const found = await merge(
      populate,
      (_, { sqlite }) => {
        for (const table of ['certificates', 'devices', 'api_tokens']) sqlite.exec(`delete from ${table}`)
      },
      ({ devices, tokens }, { sqlite }) => ({
        state: devices.find('d1')?.state,
        revokedAt: tokens.find('root')?.revokedAt,
        removed: findRegistryLosses(sqlite).removed.count,
        listed: listRemoved(sqlite),
      }),
    )
    expect(found).toEqual({ state: 'active', revokedAt: undefined, removed: 0, listed: [] })
  })

  test('an administrator keeps the smaller of two roles', async () => {
    const roles = await merge(
      ({ administrators, tokens }) => {
        tokens.insert(createApiToken('root'))
        for (const [name, role] of [
          ['demoted', 'admin'],
          ['promoted', 'auditor'],
        ] as const)
          administrators.save({ name, role, createdAt: NOON })
      },
      ({ administrators }) => {
        for (const [name, role] of [
          ['demoted', 'operator'],
          ['promoted', 'admin'],
        ] as const)
          administrators.save({ name, role, createdAt: NOON })
      },
      ({ administrators }) => ['demoted', 'promoted'].map((name) => administrators.find(name)?.role),
    )
    expect(roles).toEqual(['operator', 'auditor'])
  })
})

test('a token that was revoked since stays so, and one that was shortened ends when it was to', async () => {
  const found = await merge(
    ({ tokens }) => {
      for (const id of ['root', 'revoked', 'shortened']) tokens.insert(createApiToken(id))
    },
    (_, { sqlite }) => {
      sqlite.prepare("update api_tokens set revoked_at = ? where id = 'revoked'").run(minutesAfterNoon(1).getTime())
      sqlite.prepare("update api_tokens set expires_at = ? where id = 'shortened'").run(minutesAfterNoon(2).getTime())
    },
    ({ tokens }) => [tokens.find('revoked')?.revokedAt, tokens.find('shortened')?.expiresAt],
  )
  expect(found).toEqual([minutesAfterNoon(1), minutesAfterNoon(2)])
})

test('a password that was changed since is not good again', async () => {
  const found = await merge(
    (stores) => {
      populate(stores)
      stores.legacy.save(createLegacyCredential('d1'))
    },
    ({ legacy }) => {
      legacy.delete('d1')
      legacy.save(createLegacyCredential('d1', { userName: 'another' }))
    },
    ({ legacy }) => legacy.find('d1'),
  )
  expect(found).toBeUndefined()
})

test('the number of the CRL only grows, and every place that a certificate names stays named', async () => {
  for (const [before, since] of [
    [7, 9],
    [9, 7],
  ] as const) {
    const found = await merge(
      (stores, database) => {
        populate(stores)
        createRevocationListStore(database).save(createSignedLists(before, NOON))
        createRevocationListStore(database).saveDistributionPoint('http://a/', minutesAfterNoon(1))
      },
      (_, database) => {
        database.sqlite.exec('delete from revocation_lists')
        const store = createRevocationListStore(database)
        store.save(createSignedLists(since, NOON))
        store.saveDistributionPoint('http://a/', minutesAfterNoon(5))
        store.saveDistributionPoint('http://b/', minutesAfterNoon(3))
      },
      (_, database) => {
        const store = createRevocationListStore(database)
        return [store.latest()?.number, store.namedUntil('http://a/'), store.namedUntil('http://b/')]
      },
    )
    expect(found).toEqual([9, minutesAfterNoon(5), minutesAfterNoon(3)])
  }
})

test('of several CAs the numbers of each only grow', async () => {
  const listsOf = (database: Database, issuer: string) =>
    createRevocationListStore(database, { issuer, path: '/pki/dp.crl' })
  const found = await merge(
    (stores, database) => {
      populate(stores)
      listsOf(database, 'AA').save(createSignedLists(9, NOON))
      listsOf(database, 'BB').save(createSignedLists(3, NOON))
    },
    (_, database) => {
      listsOf(database, 'BB').save(createSignedLists(7, NOON))
      listsOf(database, 'CC').save(createSignedLists(5, NOON))
    },
    (_, database) => ['AA', 'BB', 'CC'].map((issuer) => listsOf(database, issuer).latest()?.number),
  )
  expect(found).toEqual([9, 7, 5])
})

test('a CA that was retired since stays so, and one that came since is known', async () => {
  const [old, next, last] = await Promise.all([1, 2, 3].map(() => createMemoryAuthority(() => NOON)))
  if (!old || !next || !last) throw new Error('three were made')
  const retired = await merge(
    (stores, database) => {
      populate(stores)
      for (const one of [old, next]) createAuthorityStore(database).noteRetiring(factsOf(one), NOON)
    },
    (_, database) => {
      const store = createAuthorityStore(database)
      store.noteRetiring(factsOf(last), NOON)
      for (const { fingerprint } of [old, last]) store.noteRetired(fingerprint, minutesAfterNoon(1))
    },
    (_, database) => {
      const store = createAuthorityStore(database)
      return [store.findFirst(), ...store.listRetired().map(({ fingerprint }) => fingerprint)]
    },
  )
  expect(retired).toEqual([old.fingerprint, old.fingerprint, last.fingerprint])
})

test('a CA of others is not trusted again, nor more widely than since', async () => {
  const anchor = (fingerprint: string, registration: 'automatic' | 'pending' | 'denied') =>
    ({ fingerprint, certificatePem: 'PEM', registration, owner: 'default', createdAt: NOON }) as const
  const found = await merge(
    (stores, database) => {
      populate(stores)
      const store = createForeignAuthorityStore(database)
      for (const one of ['AA', 'BB', 'CC']) store.save(anchor(one, one === 'CC' ? 'denied' : 'automatic'))
    },
    (_, database) => {
      const store = createForeignAuthorityStore(database)
      store.delete('AA')
      for (const one of ['BB', 'CC']) store.save(anchor(one, 'pending'))
    },
    (_, database) =>
      createForeignAuthorityStore(database)
        .list()
        .map(({ fingerprint, registration }) => `${fingerprint} ${registration}`),
  )
  expect(found).toEqual(['BB pending', 'CC denied'])
})

test('what would be lost is counted, and named up to ten', async () => {
  const many = Array.from({ length: 12 }, (_, index) => `new-${String(index).padStart(2, '0')}`)
  const losses = await merge(
    populate,
    ({ devices, certificates, policies, tokens }) => {
      for (const id of many) devices.save(createDevice(id))
      certificates.insert(createCertificate('new-00', { fingerprint: 'AA:BB' }))
      policies.save({ name: 'wide', rules: [], clientId: 'own' })
      tokens.insert(createApiToken('later'))
    },
    (_, { sqlite }) => findRegistryLosses(sqlite),
    false,
  )
  expect(losses).toMatchObject({
    devices: { count: 12, names: many.slice(0, 10) },
    certificates: { count: 1, names: ['device new-00 AA:BB'] },
    policies: { count: 1, names: ['wide'] },
    tokens: 1,
    revoked: { count: 0 },
    suspended: { count: 0 },
    removed: { count: 0 },
  })
})
