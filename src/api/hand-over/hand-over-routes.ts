import { OpenAPIHono } from '@hono/zod-openapi'
import type { Logger } from '../../logger.ts'
import type { RecordRefusal } from '../../refusal.ts'
import type { AdministratorCertificates } from '../../registry/administrator-certificates.ts'
import type { BulkCreation } from '../../registry/bulk-creation.ts'
import type { Certificates } from '../../registry/certificates.ts'
import type { Claims } from '../../registry/claims.ts'
import type { Devices } from '../../registry/devices.ts'
import type { Guard } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import type { BrokerAddress, CreateKeyStore, HttpsIdentity, TrustAnchor } from '../ports.ts'
import { requestBody } from '../request/request-body.ts'
import { bulkRoutes } from '../routes/bulk.ts'
import { bundleRoutes } from '../routes/bundles.ts'
import { claimPageRoutes } from '../routes/claim-page.ts'
import { claimRoutes } from '../routes/claims.ts'
import { administratorKeyStoreRoutes, deviceKeyStoreRoutes, serviceKeyStoreRoutes } from '../routes/key-stores.ts'
import { bundleFiles } from './bundle-file.ts'
import { keyStoreFiles } from './key-store-file.ts'

export interface HandOverDependencies {
  readonly claims: Claims
  readonly bulk: BulkCreation
  readonly createKeyStore: CreateKeyStore
}

interface Options extends HandOverDependencies {
  readonly certificates: Certificates
  readonly administratorCertificates: AdministratorCertificates
  readonly devices: Pick<Devices, 'get'>
  readonly trust: TrustAnchor
  readonly broker: BrokerAddress
  readonly https: HttpsIdentity
  readonly recordRefusal: RecordRefusal
  readonly explainFailure: (error: Error) => unknown
  readonly logger: Logger
}

/** What is handed to people: files with keys, links that fetch them, many devices at once. */
export function handOverRoutes(options: Options, guard: Guard) {
  const { certificates, claims, trust, https } = options
  const makeBundle = bundleFiles(options.devices, options.broker)
  const makeKeyStoreFile = keyStoreFiles(options.createKeyStore, trust)
  return {
    /** Before a credential is asked for: the link is one. */
    page: new OpenAPIHono<ApiEnv>()
      .use('/claim', requestBody())
      .route('/', claimPageRoutes({ ...options, makeBundle, makeKeyStoreFile })),
    /** Before bodies are read whole. */
    bulk: bulkRoutes(options, guard),
    devices: new OpenAPIHono<ApiEnv>()
      .route('/', deviceKeyStoreRoutes(certificates, makeKeyStoreFile, guard))
      .route('/', bundleRoutes(certificates, makeBundle, guard))
      .route('/', claimRoutes(claims, https, guard)),
    services: serviceKeyStoreRoutes(certificates, makeKeyStoreFile, guard),
    administrators: administratorKeyStoreRoutes(options.administratorCertificates, makeKeyStoreFile, guard),
  }
}
