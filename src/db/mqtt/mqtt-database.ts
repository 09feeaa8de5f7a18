import type { Clock } from '../../clock.ts'
import { type Database, openDatabase } from '../database.ts'
import { migrationsFolder } from '../migrations-folder.ts'
import { GroupCommit } from './group-commit.ts'
import { createIncomingStore, type IncomingStore } from './incoming-store.ts'
import { createQueueStore, type QueueStore } from './queue-store.ts'
import { createRetainedStore, type RetainedStore } from './retained-store.ts'
import { createSessionStore, type SessionStore } from './session-store.ts'
import { DatabaseRoom } from './store-room.ts'
import { createSubscriptionStore, type SubscriptionStore } from './subscription-store.ts'
import { createWillStore, type WillStore } from './will-store.ts'

export interface MqttDatabaseOptions {
  /** Absent: in memory. */
  readonly file?: string
  /** What an acknowledged message survives: the end of the process, or the loss of power as well. */
  readonly durability: 'process' | 'full'
  readonly clock: Clock
  /** How much it may hold in all; past it nothing new is to be stored. Absent: no limit. */
  readonly maxBytes?: number
  /** Told of every turn that could not be kept. */
  readonly onFailure?: (error: Error) => void
}

/** What MQTT keeps. */
export interface MqttDatabase extends Disposable {
  readonly database: Database
  readonly journal: GroupCommit
  readonly room: DatabaseRoom
  readonly sessions: SessionStore
  readonly subscriptions: SubscriptionStore
  readonly queues: QueueStore
  readonly incoming: IncomingStore
  readonly retained: RetainedStore
  readonly wills: WillStore
}

// Of another process that holds the lock: all clients wait as long as we do.
const BUSY_MS = 250
const WAL_BYTES = 64 * 1024 * 1024

/**
 * Opens it in a file of its own, not in the registry's: that one is synced at every commit and read whole at every start,
 * which a queue of gigabytes can afford neither of; and neither waits for the other's transactions.
 */
export function openMqttDatabase({
  file,
  durability,
  clock,
  maxBytes = Infinity,
  onFailure,
}: MqttDatabaseOptions): MqttDatabase {
  using stack = new DisposableStack()
  const database = stack.use(
    openDatabase({
      ...(file === undefined ? {} : { file }),
      migrationsFolder: migrationsFolder('mqtt'),
      synchronous: durability === 'full' ? 'FULL' : 'NORMAL',
      isChecked: false,
    }),
  )
  database.sqlite.pragma(`busy_timeout = ${BUSY_MS}`)
  database.sqlite.pragma(`journal_size_limit = ${WAL_BYTES}`)
  const room = new DatabaseRoom(database.sqlite, maxBytes)
  const journal = stack.use(new GroupCommit(database.sqlite, onFailure, () => room.measure()))
  const stores = {
    sessions: createSessionStore(database),
    subscriptions: createSubscriptionStore(database),
    queues: createQueueStore(database, clock),
    incoming: createIncomingStore(database),
    retained: createRetainedStore(database),
    wills: createWillStore(database),
  }
  const resources = stack.move()
  return { database, journal, room, ...stores, [Symbol.dispose]: () => resources[Symbol.dispose]() }
}
