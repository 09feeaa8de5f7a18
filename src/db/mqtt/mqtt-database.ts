import type { Clock } from '../../clock.ts'
import { type Database, openDatabase } from '../database.ts'
import { migrationsFolder } from '../migrations-folder.ts'
import { DiskRoom } from './disk-room.ts'
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
  /** Told of a turn that could not be kept; of an outage once. */
  readonly onFailure?: (error: Error) => void
  readonly onRecovery?: () => void
  readonly onCommitted?: (seconds: number) => void
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

const WAL_BYTES = 64 * 1024 * 1024

/**
 * Opens it in a file of its own, not in the registry's: that one is synced at every commit and read whole at every start,
 * which a queue of gigabytes can afford neither of; and neither waits for the other's transactions.
 */
export function openMqttDatabase(options: MqttDatabaseOptions): MqttDatabase {
  const { file, durability, clock, maxBytes = Infinity, ...reports } = options
  using stack = new DisposableStack()
  const database = stack.use(
    openDatabase({
      ...(file === undefined ? {} : { file }),
      migrationsFolder: migrationsFolder('mqtt'),
      synchronous: durability === 'full' ? 'FULL' : 'NORMAL',
      isChecked: false,
    }),
  )
  const { sqlite } = database
  sqlite.pragma(`journal_size_limit = ${WAL_BYTES}`)
  const queues = createQueueStore(database, clock)
  const room = new DatabaseRoom(sqlite, maxBytes)
  const disk = file === undefined ? undefined : new DiskRoom(sqlite, file, room.mostPages)
  const journal = stack.use(
    new GroupCommit(sqlite, {
      ...reports,
      onBegin: () => disk?.look(),
      onCommit() {
        queues.flush()
        room.measure()
      },
      onRollBack: queues.discard,
      probe: queues.probe,
    }),
  )
  const stores = {
    sessions: createSessionStore(database),
    subscriptions: createSubscriptionStore(database),
    queues,
    incoming: createIncomingStore(database),
    retained: createRetainedStore(database),
    wills: createWillStore(database),
  }
  const resources = stack.move()
  return { database, journal, room, ...stores, [Symbol.dispose]: () => resources[Symbol.dispose]() }
}
