import { foldId } from '../identifiers.ts'
import type { FleetStore, RowKind } from '../registry/import/ports.ts'
import type { Database } from './database.ts'

interface Watched {
  readonly table: string
  /** The names that are told of a row of it, each with the column it is in. */
  readonly names: readonly (readonly [RowKind, string])[]
  /** Which updates are told; none: each. */
  readonly when?: string
}

// A first connection is noted in many rows a second, and changes nothing that is asked for here.
const JUDGED = ['pem', 'pending_since', 'revoked_at', 'revocation_reason', 'retires_at', 'not_before', 'not_after']

const WATCHED: readonly Watched[] = [
  { table: 'users', names: [['user', 'id']] },
  { table: 'devices', names: [['device', 'id']] },
  {
    table: 'device_client_ids',
    names: [
      ['client id', 'client_id'],
      ['device', 'device_id'],
    ],
  },
  { table: 'device_policies', names: [['device', 'device_id']] },
  { table: 'services', names: [['service', 'name']] },
  { table: 'policies', names: [['policy', 'name']] },
  {
    table: 'certificates',
    names: [
      ['certificate', 'fingerprint'],
      ['certificates of device', 'subject_id'],
    ],
    when: JUDGED.map((column) => `old.${column} is not new.${column}`).join(' or '),
  },
  {
    table: 'legacy_credentials',
    names: [
      ['password of device', 'device_id'],
      ['user name', 'user_name'],
    ],
  },
  { table: 'identity_tokens', names: [['tokens of device', 'subject_id']] },
]

const FOLDED: ReadonlySet<RowKind> = new Set<RowKind>(['user', 'device', 'service'])

/**
 * SQLite tells it, so that no way to a row can be forgotten. The triggers are there only as long as somebody listens:
 * of a fleet that is written, each row would call us.
 */
export function createRegistryWatch({ sqlite }: Pick<Database, 'sqlite'>): FleetStore['watch'] {
  let tell = tellNobody
  sqlite.function('note_registry_change', (kind: RowKind, name: string) => {
    tell(kind, FOLDED.has(kind) ? foldId(name) : name)
    return null
  })
  const triggers = WATCHED.flatMap(triggersOn)
  const create = triggers.map(({ sql }) => sql).join('')
  const drop = triggers.map(({ name }) => `drop trigger if exists temp.${name};`).join('')

  return (onChange) => {
    tell = onChange
    sqlite.exec(create)
    return {
      [Symbol.dispose]() {
        sqlite.exec(drop)
        // Whoever listened may hold a whole fleet.
        tell = tellNobody
      },
    }
  }
}

const tellNobody: Parameters<FleetStore['watch']>[0] = () => undefined

function triggersOn({ table, names, when }: Watched): readonly { readonly name: string; readonly sql: string }[] {
  const callsOf = (row: 'old' | 'new'): string =>
    names.map(([kind, column]) => `select note_registry_change('${kind}', ${row}.${column});`).join(' ')
  return [
    { change: 'insert', calls: callsOf('new') },
    { change: 'delete', calls: callsOf('old') },
    { change: 'update', calls: callsOf('old') + callsOf('new'), condition: when },
  ].map(({ change, calls, condition }) => {
    const name = `watched_${table}_${change}`
    const only = condition === undefined ? '' : `when ${condition}`
    return { name, sql: `create temp trigger ${name} after ${change} on main.${table} ${only} begin ${calls} end;` }
  })
}
