import type SQLite from 'better-sqlite3'
import { foldId } from '../identifiers.ts'
import type { DraftedRow, FleetStore } from '../registry/import/ports.ts'
import { writeCertificate } from './certificate-row.ts'
import type { Database } from './database.ts'
import { createRegistryWatch } from './registry-watch.ts'
import { prepareInsertion } from './row-insertion.ts'
import { certificates, deviceClientIds, devicePolicies, devices, legacyCredentials, policies, users } from './schema.ts'

/**
 * A fleet is first written into temporary tables, which take no lock, are in nobody's way and are gone with the process:
 * what is left for the one transaction is what SQLite does alone.
 */
export function createFleetStore({ sqlite }: Pick<Database, 'sqlite'>): FleetStore {
  return {
    watch: createRegistryWatch({ sqlite }),
    open() {
      sqlite.exec(CREATE)
      const write = prepareWrites(sqlite)
      // Deferred, and of temporary tables alone: such a transaction locks nothing of the registry.
      const writeAll = sqlite.transaction((rows: readonly DraftedRow[]) => rows.forEach(write))
      return {
        add: (rows) => void writeAll.deferred(rows),
        keep() {
          // To bring so much from the log into the file is a turn's work of its own: the next commit does it.
          sqlite.exec('pragma wal_autocheckpoint = 0')
          sqlite.exec(KEEP)
        },
        [Symbol.dispose]() {
          sqlite.exec(DROP)
          // SQLite's own.
          sqlite.exec('pragma wal_autocheckpoint = 1000')
        },
      }
    },
  }
}

/** Each with the table whose columns it has. */
const STAGES = {
  fleet_users: 'users',
  fleet_policies: 'policies',
  fleet_devices: 'devices',
  /** Those of them that the registry has already. */
  fleet_known_devices: 'devices',
  fleet_device_policies: 'device_policies',
  fleet_device_client_ids: 'device_client_ids',
  fleet_certificates: 'certificates',
  fleet_known_certificates: 'certificates',
  fleet_legacy_credentials: 'legacy_credentials',
} as const

const CREATE = Object.entries(STAGES)
  .map(([stage, table]) => `create temp table ${stage} as select * from main.${table} where false;`)
  .join('')

const DROP = Object.keys(STAGES)
  .map((stage) => `drop table if exists temp.${stage};`)
  .join('')

// What a device or a password replaces goes first: a name that one gives up may be another's by now.
const KEEP = `
  insert into main.users select * from temp.fleet_users;
  insert into main.policies select * from temp.fleet_policies where true
    on conflict (name) do update set rules = excluded.rules, client_id = excluded.client_id;
  insert into main.devices select * from temp.fleet_devices where true
    on conflict (id) do update set state = excluded.state;
  delete from main.device_policies where device_id in (select id from temp.fleet_known_devices);
  delete from main.device_client_ids where device_id in (select id from temp.fleet_known_devices);
  insert into main.device_policies select * from temp.fleet_device_policies;
  insert into main.device_client_ids select * from temp.fleet_device_client_ids;
  insert into main.certificates select * from temp.fleet_certificates;
  update main.certificates set
    (serial_number, subject, pem, not_before, not_after, pending_since, key_thumbprint) =
    (known.serial_number, known.subject, known.pem, known.not_before, known.not_after, known.pending_since, known.key_thumbprint)
    from temp.fleet_known_certificates as known where known.fingerprint = certificates.fingerprint;
  delete from main.legacy_credentials where device_id in (select device_id from temp.fleet_legacy_credentials);
  insert into main.legacy_credentials select * from temp.fleet_legacy_credentials;`

function prepareWrites(sqlite: SQLite.Database): (row: DraftedRow) => void {
  const writeUser = prepareInsertion(sqlite, users, 'fleet_users')
  const writePolicy = prepareInsertion(sqlite, policies, 'fleet_policies')
  const writePassword = prepareInsertion(sqlite, legacyCredentials, 'fleet_legacy_credentials')
  const insertCertificate = prepareInsertion(sqlite, certificates, 'fleet_certificates')
  const changeCertificate = prepareInsertion(sqlite, certificates, 'fleet_known_certificates')
  const writeDevice = prepareDeviceWrite(sqlite)
  return (row) => {
    switch (row.kind) {
      case 'user':
        return writeUser({ id: row.userId, foldedId: foldId(row.userId) })
      case 'policy':
        return writePolicy({ ...row.policy, rules: JSON.stringify(row.policy.rules) })
      case 'device':
        return writeDevice(row)
      case 'certificate':
        return (row.isNew ? insertCertificate : changeCertificate)(writeCertificate(row.certificate))
      case 'password': {
        const { hash, endsAt, createdAt, ...password } = row.password
        const times = { endsAt: endsAt.getTime(), createdAt: createdAt.getTime() }
        return writePassword({ ...password, ...times, hash: JSON.stringify(hash) })
      }
    }
  }
}

function prepareDeviceWrite(sqlite: SQLite.Database): (row: Extract<DraftedRow, { readonly kind: 'device' }>) => void {
  const write = prepareInsertion(sqlite, devices, 'fleet_devices')
  const markKnown = prepareInsertion(sqlite, devices, 'fleet_known_devices')
  const attachPolicy = prepareInsertion(sqlite, devicePolicies, 'fleet_device_policies')
  const attachClientId = prepareInsertion(sqlite, deviceClientIds, 'fleet_device_client_ids')
  return ({ device, isNew }) => {
    const { id, userId, state, createdAt } = device
    const row = { id, foldedId: foldId(id), userId, state, createdAt: createdAt.getTime() }
    write(row)
    if (!isNew) markKnown(row)
    for (const [position, policy] of device.policies.entries()) attachPolicy({ deviceId: id, position, policy })
    for (const [position, clientId] of device.clientIds.entries()) attachClientId({ deviceId: id, position, clientId })
  }
}
