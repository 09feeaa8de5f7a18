import type { EnrolmentStores } from './app-enrolment.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import { createAdministratorStore } from './db/administrator-store.ts'
import { createApiTokenStore } from './db/api-token-store.ts'
import { createAuditStore } from './db/audit-store.ts'
import { createCertificateStore } from './db/certificate-store.ts'
import { createClaimStore } from './db/claim-store.ts'
import { createConsoleSessionStore } from './db/console-session-store.ts'
import type { Database } from './db/database.ts'
import { createDeviceStore } from './db/device-store.ts'
import { createEnrolmentStore } from './db/enrolment-store.ts'
import { createEnrolmentTokenStore } from './db/enrolment-token-store.ts'
import { createFleetStore } from './db/fleet-store.ts'
import { createIdentityTokenStore } from './db/identity-token-store.ts'
import { keepWrites } from './db/kept-writes.ts'
import { createLegacyCredentialStore } from './db/legacy-credential-store.ts'
import { type MqttDatabase, openMqttDatabase } from './db/mqtt/mqtt-database.ts'
import { createPolicyStore } from './db/policy-store.ts'
import { createServiceStore } from './db/service-store.ts'
import { createSharedTransaction } from './db/shared-transaction.ts'
import { createSignInLinkStore } from './db/sign-in-link-store.ts'
import { createTransaction } from './db/transaction.ts'
import type { Logger } from './logger.ts'
import { type AuditTrail, createAuditTrail } from './registry/audit/audit-trail.ts'
import type { Stores } from './registry/registry.ts'

/** All that the registry keeps, in one database, and who changed it. */
export function createStores(
  database: Database,
  clock: Clock,
): Stores & EnrolmentStores & { readonly audit: AuditTrail } {
  const store = createAuditStore(database)
  const { trail, transaction, single } = createAuditTrail({ store, transaction: createTransaction(database), clock })
  const keep = <Store extends object>(store: Store, ...writes: readonly (keyof Store & string)[]): Store =>
    keepWrites(single, store, writes)
  return {
    devices: keep(createDeviceStore(database), 'save', 'delete'),
    services: keep(createServiceStore(database), 'save', 'delete'),
    certificates: keep(
      createCertificateStore(database),
      'insert',
      'markRevoked',
      'markReleased',
      'markRetiring',
      'approve',
      'forget',
    ),
    policies: keep(createPolicyStore(database), 'save', 'delete'),
    administrators: keep(createAdministratorStore(database), 'save'),
    tokens: keep(createApiTokenStore(database), 'insert', 'markRevoked'),
    identityTokens: keep(createIdentityTokenStore(database), 'insert', 'markRevoked', 'deleteOf'),
    legacy: keep(createLegacyCredentialStore(database), 'save', 'delete'),
    claims: keep(createClaimStore(database), 'save', 'deleteOf'),
    signInLinks: keep(createSignInLinkStore(database), 'insert'),
    consoleSessions: keep(createConsoleSessionStore(database), 'insert', 'delete'),
    enrolmentTokens: keep(createEnrolmentTokenStore(database), 'insert', 'markRevoked'),
    enrolments: keep(createEnrolmentStore(database), 'insert', 'decide', 'delete'),
    transaction,
    fleet: createFleetStore(database),
    sharedTransaction: createSharedTransaction(database, transaction),
    audit: trail,
  }
}

export interface MqttStoreParts {
  /** None: in memory. */
  readonly file: string | undefined
  readonly clock: Clock
  readonly logger: Logger
  readonly timings: { readonly commit: (seconds: number) => void }
}

/** What MQTT keeps; whether it can is told in the log. */
export function openMqttStores(
  { mqtt, limits }: Config,
  { file, clock, logger, timings }: MqttStoreParts,
): MqttDatabase {
  return openMqttDatabase({
    ...(file === undefined ? {} : { file }),
    durability: mqtt.durability,
    maxBytes: limits.store_bytes,
    clock,
    onCommitted: timings.commit,
    onFailure: (err) => logger.error({ component: 'broker', err }, 'Messages could not be kept'),
    onRecovery: () => logger.info({ component: 'broker' }, 'Messages are kept again'),
  })
}
