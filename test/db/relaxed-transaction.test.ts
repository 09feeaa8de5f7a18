import { expect, test } from 'vitest'
import { createApiTokenStore } from '../../src/db/api-token-store.ts'
import { createCertificateStore } from '../../src/db/certificate-store.ts'
import { createConsoleSessionStore } from '../../src/db/console-session-store.ts'
import { type Database, openDatabase } from '../../src/db/database.ts'
import { createIdentityTokenStore } from '../../src/db/identity-token-store.ts'
import { createRevocationListStore } from '../../src/db/revocation-list-store.ts'
import { createCertificate, createSignedLists, NOON } from './records.ts'

for (const { name, note } of [
  {
    name: 'the first connection of a certificate',
    note: (database) => createCertificateStore(database).markFirstSeen(createCertificate('pump'), NOON),
  },
  { name: 'the use of an API token', note: (database) => createApiTokenStore(database).markUsed('t', NOON) },
  {
    name: 'the use of the token of a device',
    note: (database) => createIdentityTokenStore(database).markUsed('t', NOON),
  },
  {
    name: 'the use of a console session',
    note: (database) => createConsoleSessionStore(database).markUsed('s', NOON),
  },
  {
    name: 'a revocation list that nobody is shown before the disk has it',
    note: (database) => createRevocationListStore(database).save(createSignedLists(1, NOON)),
  },
] as const satisfies readonly { name: string; note: (database: Database) => void }[]) {
  test(`${name} is kept without a wait of the event loop for the disk`, () => {
    using database = openDatabase()
    const { sqlite } = database
    const told: string[] = []
    const exec = sqlite.exec.bind(sqlite)
    sqlite.exec = (source) => {
      told.push(source)
      return exec(source)
    }
    note(database)
    expect(told).toEqual(['pragma synchronous = NORMAL', 'pragma synchronous = FULL'])
  })
}
