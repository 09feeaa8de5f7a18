import type { ReadinessCheck } from './api/ports.ts'
import { repeat } from './app-background.ts'
import { type Database, isAnswering } from './db/database.ts'
import type { MqttDatabase } from './db/mqtt/mqtt-database.ts'
import { FileHandles } from './edge/file-handles.ts'
import type { Logger } from './logger.ts'

export interface ReadinessParts {
  readonly database: Database
  readonly stores: MqttDatabase
  readonly logger: Logger
}

const HANDLES_CHECK_MS = 1000

/** What /readyz asks, each under its name. */
export function createReadiness(
  { database, stores, logger }: ReadinessParts,
  stack: AsyncDisposableStack,
): readonly ReadinessCheck[] {
  const handles = new FileHandles({ logger })
  repeat(stack, HANDLES_CHECK_MS, handles.areFree)
  return [
    { name: 'database', isReady: () => isAnswering(database) },
    { name: 'store_bytes', isReady: () => !stores.room.isFull },
    { name: 'mqtt_database', isReady: () => isAnswering(stores.database) && !stores.journal.isFailing },
    { name: 'file_handles', isReady: handles.areFree },
  ]
}
