import { expect, test } from 'vitest'
import { openDatabase } from '../../src/db/database.ts'
import { createRegistryWatch } from '../../src/db/registry-watch.ts'

const ROWS = `
  insert into users (id, folded_id) values ('Ann', 'ann');
  insert into devices (id, folded_id, user_id, state, created_at) values ('Pump', 'pump', 'Ann', 'active', 0);
  insert into device_client_ids (client_id, device_id, position) values ('X', 'Pump', 0);
  insert into device_policies (device_id, position, policy) values ('Pump', 0, 'p');
  insert into services (name, folded_name, state, created_at) values ('Gate', 'gate', 'active', 0);
  insert into policies (name, rules, client_id) values ('p', '[]', 'own');
  insert into certificates (id, kind, subject_id, fingerprint, created_at) values ('1', 'device', 'Pump', 'AA', 0);
  insert into legacy_credentials (device_id, user_name, hash, ends_at, created_at) values ('Pump', 'U', '{}', 0, 0);
  insert into identity_tokens (id, kind, subject_id, secret_hash, created_at) values ('1', 'device', 'Pump', x'00', 0);`

test('each row that an import asks for is told of by its name when it is written, changed or forgotten', () => {
  using database = openDatabase()
  const { sqlite } = database
  const told = new Set<string>()
  const watch = createRegistryWatch(database)
  using _ = watch((kind, name) => void told.add(`${kind} ${name}`))
  sqlite.exec(ROWS)
  const all = [
    'user ann',
    'device pump',
    'client id X',
    'service gate',
    'policy p',
    'certificate AA',
    'certificates of device Pump',
    'password of device Pump',
    'user name U',
    'tokens of device Pump',
  ]
  expect([...told].toSorted()).toEqual(all.toSorted())

  for (const [change, expected] of [
    ["update certificates set first_seen_at = 1, issuer = 'i'", []],
    ['update certificates set revoked_at = 1', ['certificate AA', 'certificates of device Pump']],
    ["update legacy_credentials set user_name = 'V'", ['password of device Pump', 'user name U', 'user name V']],
    ["update policies set client_id = 'any'", ['policy p']],
    ["update devices set state = 'suspended'", ['device pump']],
    // With all that goes with it, by its foreign keys.
    ['delete from devices', ['client id X', 'device pump', 'password of device Pump', 'user name V']],
    ['delete from identity_tokens', ['tokens of device Pump']],
  ] as const) {
    told.clear()
    sqlite.exec(change)
    expect([...told].toSorted()).toEqual(expected)
  }
})

test('nothing is told once nobody watches, and it can be watched again', () => {
  using database = openDatabase()
  const told: string[] = []
  const watch = createRegistryWatch(database)
  watch((kind) => told.push(kind))[Symbol.dispose]()
  database.sqlite.exec("insert into users (id, folded_id) values ('ann', 'ann')")
  database.sqlite.exec("select note_registry_change('user', 'ann')")
  expect(told).toEqual([])
  using _ = watch((kind, name) => told.push(`${kind} ${name}`))
  database.sqlite.exec("insert into users (id, folded_id) values ('Ben', 'ben')")
  expect(told).toEqual(['user ben'])
})
