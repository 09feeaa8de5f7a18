import { join, resolve } from 'node:path'
import { createMemoryPki, openPki, type Pki } from './app-pki.ts'
import { createPublications } from './app-revocation-lists.ts'
import { discardStage, type Folders, finishSwap } from './backup/swap.ts'
import type { AskSecret } from './ca/ca-key.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import { ensureOwnFolder } from './db/data-folder.ts'
import { type Database, openDatabase } from './db/database.ts'
import { lockFolder } from './db/folder-lock.ts'
import type { Logger } from './logger.ts'

/** What a hub stands on: who it is, and what it knows. */
export interface Premises {
  readonly database: Database
  readonly pki: Pki
  /** None: all of it is in memory, and no file is written. */
  readonly files?: PremisesFiles
}

export interface PremisesFiles {
  readonly certsDir: string
  readonly dataDir: string
  readonly adminToken: string
  readonly localSocket: string
  readonly mqttDatabase: string
}

export interface PremisesOptions {
  readonly logger: Logger
  readonly clock: Clock
  /** Told to whoever finds the data folder in use. */
  readonly pid: number
  readonly inMemory: boolean
  readonly askSecret?: AskSecret
}

/** Opens the two folders, or their like in memory; what it takes is released with the stack. */
export async function openPremises(
  config: Config,
  options: PremisesOptions,
  stack: AsyncDisposableStack,
): Promise<Premises> {
  const { logger, clock, pid, inMemory, askSecret } = options
  if (inMemory) {
    const database = stack.use(openDatabase())
    const publications = createPublications(config, database)
    return { database, pki: await createMemoryPki(config, { publications, askSecret, clock, logger }) }
  }
  const dataDir = resolve(config.data_dir)
  ensureOwnFolder(dataDir)
  stack.use(lockFolder(dataDir, pid))
  finishRestore({ data: dataDir, certs: resolve(config.certs_dir) }, logger)
  const database = stack.use(openDatabase({ file: join(dataDir, 'hub.db') }))
  const publications = createPublications(config, database)
  return {
    database,
    pki: await openPki(config, { publications, askSecret, clock, logger }),
    files: {
      certsDir: resolve(config.certs_dir),
      dataDir,
      adminToken: join(dataDir, 'admin-token'),
      localSocket: join(dataDir, 'hub.sock'),
      mqttDatabase: join(dataDir, 'mqtt.db'),
    },
  }
}

/** Ends what a restore that was killed has begun: all of it where it was decided, none of it before. */
function finishRestore(folders: Folders, logger: Logger): void {
  const plan = finishSwap(folders.data)
  if (plan) logger.info({ component: 'backup', restore: plan.id }, 'A restore that was cut short was finished')
  discardStage(folders)
}
