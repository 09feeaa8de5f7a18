import type { ReadinessCheck } from './api/ports.ts'
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
  const handles = watchFileHandles(logger, stack)
  return [
    { name: 'database', isReady: () => isAnswering(database) },
    { name: 'store_bytes', isReady: () => !stores.room.isFull },
    { name: 'mqtt_database', isReady: () => isAnswering(stores.database) && !stores.journal.isFailing },
    { name: 'file_handles', isReady: () => handles.areFree() },
  ]
}

function watchFileHandles(logger: Logger, stack: AsyncDisposableStack): FileHandles {
  const handles = new FileHandles({
    onExhausted: () =>
      logger.error({ component: 'hub' }, 'No file handles are left: new connections are closed. Raise "ulimit -n"'),
    onFree: () => logger.info({ component: 'hub' }, 'File handles are free again'),
  })
  const timer = setInterval(() => handles.areFree(), HANDLES_CHECK_MS)
  stack.defer(() => clearInterval(timer))
  return handles
}
