import { createAdministratorStore } from './db/administrator-store.ts'
import { createApiTokenStore } from './db/api-token-store.ts'
import { createCertificateStore } from './db/certificate-store.ts'
import type { Database } from './db/database.ts'
import { createDeviceStore } from './db/device-store.ts'
import { createIdentityTokenStore } from './db/identity-token-store.ts'
import { createLegacyCredentialStore } from './db/legacy-credential-store.ts'
import { createPolicyStore } from './db/policy-store.ts'
import { createServiceStore } from './db/service-store.ts'
import { createTransaction } from './db/transaction.ts'
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
    transaction: createTransaction(database),
  }
}
