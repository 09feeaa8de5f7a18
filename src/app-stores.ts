import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import { createAdministratorStore } from './db/administrator-store.ts'
import { createApiTokenStore } from './db/api-token-store.ts'
import { createCertificateStore } from './db/certificate-store.ts'
import { createClaimStore } from './db/claim-store.ts'
import type { Database } from './db/database.ts'
import { createDeviceStore } from './db/device-store.ts'
import { createIdentityTokenStore } from './db/identity-token-store.ts'
import { createLegacyCredentialStore } from './db/legacy-credential-store.ts'
import { type MqttDatabase, openMqttDatabase } from './db/mqtt/mqtt-database.ts'
import { createPolicyStore } from './db/policy-store.ts'
import { createServiceStore } from './db/service-store.ts'
import { createTransaction } from './db/transaction.ts'
import type { Logger } from './logger.ts'
import type { Stores } from './registry/registry.ts'

/** All that the registry keeps, in one database. */
export function createStores(database: Database): Stores {
  return {
    devices: createDeviceStore(database),
    services: createServiceStore(database),
    certificates: createCertificateStore(database),
    policies: createPolicyStore(database),
    administrators: createAdministratorStore(database),
    tokens: createApiTokenStore(database),
    identityTokens: createIdentityTokenStore(database),
    legacy: createLegacyCredentialStore(database),
    claims: createClaimStore(database),
    transaction: createTransaction(database),
  }
}

export interface MqttStoreParts {
  /** None: in memory. */
  readonly file: string | undefined
  readonly clock: Clock
  readonly logger: Logger
}

/** What MQTT keeps; whether it can is told in the log. */
export function openMqttStores({ mqtt, limits }: Config, { file, clock, logger }: MqttStoreParts): MqttDatabase {
  return openMqttDatabase({
    ...(file === undefined ? {} : { file }),
    durability: mqtt.durability,
    maxBytes: limits.store_bytes,
    clock,
    onFailure: (err) => logger.error({ component: 'broker', err }, 'Messages could not be kept'),
    onRecovery: () => logger.info({ component: 'broker' }, 'Messages are kept again'),
  })
}
