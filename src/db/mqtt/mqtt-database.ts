import { fileURLToPath } from 'node:url'
import type { Clock } from '../../clock.ts'
import { type Database, openDatabase } from '../database.ts'
import { DiskRoom } from './disk-room.ts'
import { GroupCommit } from './group-commit.ts'
import { createIncomingStore, type IncomingStore } from './incoming-store.ts'
import { createQueueStore, type QueueStore } from './queue-store.ts'
import { createRetainedStore, type RetainedStore } from './retained-store.ts'
import { createSessionStore, type SessionStore } from './session-store.ts'
import { createSubscriptionStore, type SubscriptionStore } from './subscription-store.ts'
import { createWillStore, type WillStore } from './will-store.ts'

export interface MqttDatabaseOptions {
  /** Absent: in memory. */
  readonly file?: string
  /** What an acknowledged message survives: the end of the process, or the loss of power as well. */
  readonly durability: 'process' | 'full'
  readonly clock: Clock
  /** Told of a turn that could not be kept; of an outage once. */
  readonly onFailure?: (error: Error) => void
  readonly onRecovery?: () => void
}

/** What MQTT keeps. */
export interface MqttDatabase extends Disposable {
  readonly database: Database
  readonly journal: GroupCommit
  readonly sessions: SessionStore
  readonly subscriptions: SubscriptionStore
  readonly queues: QueueStore
  readonly incoming: IncomingStore
  readonly retained: RetainedStore
  readonly wills: WillStore
}

const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../../drizzle/mqtt', import.meta.url))
const WAL_BYTES = 64 * 1024 * 1024

/**
 * Opens it in a file of its own, not in the registry's: that one is synced at every commit and read whole at every start,
 * which a queue of gigabytes can afford neither of; and neither waits for the other's transactions.
 */
export function openMqttDatabase({ file, durability, clock, ...reports }: MqttDatabaseOptions): MqttDatabase {
  using stack = new DisposableStack()
  const database = stack.use(
    openDatabase({
      ...(file === undefined ? {} : { file }),
      migrationsFolder: MIGRATIONS_FOLDER,
      synchronous: durability === 'full' ? 'FULL' : 'NORMAL',
      isChecked: false,
    }),
  )
  const { sqlite } = database
  sqlite.pragma(`journal_size_limit = ${WAL_BYTES}`)
  const queues = createQueueStore(database, clock)
  const room = file === undefined ? undefined : new DiskRoom(sqlite, file)
  const journal = stack.use(new GroupCommit(sqlite, { ...reports, onBegin: () => room?.look(), probe: queues.probe }))
  const stores = {
    sessions: createSessionStore(database),
    subscriptions: createSubscriptionStore(database),
    queues,
    incoming: createIncomingStore(database),
    retained: createRetainedStore(database),
    wills: createWillStore(database),
  }
  const resources = stack.move()
  return { database, journal, ...stores, [Symbol.dispose]: () => resources[Symbol.dispose]() }
}
