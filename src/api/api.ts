import { OpenAPIHono } from '@hono/zod-openapi'
import type { Bans } from '../broker/bans.ts'
import type { SessionList } from '../broker/session-list.ts'
import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import type { RecordRefusal } from '../refusal.ts'
import type { AdministratorCertificates } from '../registry/administrator-certificates.ts'
import type { ApiAdmissions } from '../registry/api-admission.ts'
import type { ApiTokens } from '../registry/api-tokens.ts'
import type { Approvals } from '../registry/approvals.ts'
import type { Certificates } from '../registry/certificates.ts'
import type { Devices } from '../registry/devices.ts'
import type { EmqxAuthenticator } from '../registry/emqx-authenticator.ts'
import type { EmqxAuthorizer } from '../registry/emqx-authorizer.ts'
import type { ForeignAuthorities } from '../registry/foreign-authorities.ts'
import type { ImportUndo } from '../registry/import/import-undo.ts'
import type { Imports } from '../registry/import/imports.ts'
import type { LegacyCredentials } from '../registry/legacy-credentials.ts'
import type { Logins } from '../registry/logins.ts'
import type { Policies } from '../registry/policies.ts'
import type { Renewals } from '../registry/renewals.ts'
import type { Rotations } from '../registry/rotation.ts'
import type { ServerCertificates } from '../registry/server-certificates.ts'
import type { Services } from '../registry/services.ts'
import { authentication } from './access/authentication.ts'
import { createGuard } from './access/guard.ts'
import type { ApiEnv } from './api-env.ts'
import { allowOrigins } from './cors.ts'
import { errorHandler, notFoundHandler } from './error-handler.ts'
import { methodNotAllowed } from './method-not-allowed.ts'
import type {
  AuthModes,
  BrokerAddress,
  CertificateAuthorityCalls,
  Configuration,
  DiagnosisCalls,
  Health,
  HttpsIdentity,
  PublishedRevocations,
  Publisher,
  ReadinessCheck,
  RefusalLog,
  RenewOwnCertificate,
  SignTime,
  TrustAnchor,
  WebSocketOffer,
} from './ports.ts'
import { refuseInvalidInput } from './request/invalid-input.ts'
import { plainHttp } from './request/plain-http.ts'
import { MAX_BODY_OCTETS, MAX_IMPORT_OCTETS, requestBody } from './request/request-body.ts'
import { requestId } from './request/request-id.ts'
import { administratorCertificateRoutes } from './routes/administrator-certificates.ts'
import { authorityRoutes } from './routes/authorities.ts'
import { banRoutes } from './routes/bans.ts'
import { caCertificateRoutes } from './routes/ca-certificate.ts'
import { certificateAuthorityRoutes } from './routes/certificate-authority.ts'
import { certificateValidationRoutes } from './routes/certificate-validation.ts'
import { certificateRoutes } from './routes/certificates.ts'
import { configurationRoutes } from './routes/configuration.ts'
import { deviceCertificateRoutes } from './routes/device-certificates.ts'
import { deviceRoutes } from './routes/devices.ts'
import { diagnosticRoutes } from './routes/diagnostics.ts'
import { diaryRoutes } from './routes/diary.ts'
import { emqxAuthenticatorRoutes, emqxAuthorizerRoutes } from './routes/emqx.ts'
import { healthRoutes } from './routes/health.ts'
import { type IdentityTokenCalls, identityTokenRoutes } from './routes/identity-tokens.ts'
import { importRoutes } from './routes/imports.ts'
import { legacyCredentialRoutes } from './routes/legacy-credential.ts'
import { modeRoutes } from './routes/mode.ts'
import { openApiRoutes } from './routes/openapi-document.ts'
import { policyRoutes } from './routes/policies.ts'
import { publishRoutes } from './routes/publish.ts'
import { renewalRoutes } from './routes/renewal.ts'
import { revocationListRoutes } from './routes/revocation-lists.ts'
import { serverCertificateRoutes } from './routes/server-certificates.ts'
import { serviceCertificateRoutes } from './routes/service-certificates.ts'
import { serviceRoutes } from './routes/services.ts'
import { sessionRoutes } from './routes/sessions.ts'
import { signingRequestRoutes } from './routes/signing-requests.ts'
import { timeRoutes } from './routes/time.ts'
import { tokenRoutes } from './routes/tokens.ts'
import { trustAnchorRoutes } from './routes/trust-anchors.ts'
import { trustPageRoutes } from './routes/trust-page.ts'
import { webSocketRoutes } from './routes/websocket.ts'
import { securityHeaders } from './security-headers.ts'

export interface ApiDependencies {
  readonly certificates: Certificates
  readonly renewals: Renewals
  readonly serverCertificates: ServerCertificates
  readonly renewOwnCertificate: RenewOwnCertificate
  readonly approvals: Approvals
  readonly imports: Imports & ImportUndo
  readonly devices: Pick<Devices, 'create' | 'get' | 'list' | 'change' | 'remove'>
  readonly services: Services
  readonly policies: Pick<Policies, 'get' | 'list' | 'put' | 'remove'>
  readonly modes: AuthModes
  readonly administratorCertificates: AdministratorCertificates
  readonly apiAdmissions: ApiAdmissions
  readonly rotations: Rotations
  readonly foreignAuthorities: ForeignAuthorities
  readonly tokens: Pick<ApiTokens, 'create' | 'list' | 'revoke'>
  readonly emqx: EmqxAuthenticator & EmqxAuthorizer
  readonly identityTokens: IdentityTokenCalls
  readonly legacy: Pick<LegacyCredentials, 'find' | 'put' | 'remove'>
  readonly logins: Pick<Logins, 'thatLetIn'>
  readonly sessions: Pick<SessionList, 'clientIds' | 'get' | 'disconnect'>
  readonly bans: Pick<Bans, 'list' | 'lift'>
  readonly publisher: Publisher
  readonly refusals: RefusalLog
  readonly diagnosis: DiagnosisCalls
  readonly recordRefusal: RecordRefusal
  readonly certificateAuthority: CertificateAuthorityCalls
  readonly trust: TrustAnchor
  readonly revocationLists: PublishedRevocations
  readonly broker: BrokerAddress
  readonly https: HttpsIdentity
  readonly webSocket: WebSocketOffer
  /** Whether callers from loopback addresses may use the API without TLS. */
  readonly loopbackHttp: boolean
  readonly configuration: Configuration
  /** Of web pages that may call the API, the hub's own left out. */
  readonly allowedOrigins: readonly string[]
  readonly health: Health
  readonly readiness: readonly ReadinessCheck[]
  readonly signTime: SignTime
  /** The cause with a name, where what was thrown has one; else the error itself. */
  readonly explainFailure: (error: Error) => unknown
  readonly clock: Clock
  readonly logger: Logger
  readonly version: string
}

export function createApi(dependencies: ApiDependencies): OpenAPIHono<ApiEnv> {
  const { certificates, broker, tokens, identityTokens, legacy, logins, recordRefusal, logger } = dependencies
  const guard = createGuard(recordRefusal)
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: refuseInvalidInput })

  app.onError(errorHandler(logger, dependencies.explainFailure))
  app.notFound(notFoundHandler())

  app.use(requestId())
  app.use(securityHeaders(dependencies.https))
  // A preflight asks with a method that no path takes.
  if (dependencies.allowedOrigins.length > 0) app.use('/api/*', allowOrigins(dependencies.allowedOrigins))
  app.use(methodNotAllowed(app))
  app.use(plainHttp(dependencies.https, dependencies))

  // For anybody: what stands here is answered before a credential is asked for.
  app.route('/', healthRoutes(dependencies.health, dependencies.readiness))
  app.route('/', timeRoutes(dependencies.clock, dependencies.signTime))
  app.route('/', caCertificateRoutes(dependencies.trust))
  app.route('/', revocationListRoutes(dependencies.revocationLists, dependencies.clock))
  app.route('/', trustPageRoutes(dependencies.trust, dependencies.https))
  app.route('/', openApiRoutes(app, dependencies.version))
  app.route('/', webSocketRoutes(dependencies.https, dependencies.webSocket, recordRefusal))

  // By device certificate alone, in every mode.
  app.route('/api/devices/self/certificate/renew', renewalRoutes(dependencies.renewals, recordRefusal))

  app.use('/api/*', authentication(dependencies.apiAdmissions, recordRefusal))

  // Before the body is limited by a 413, and before a device could be called "validate".
  app.route('/api/devices/certificates/validate', emqxAuthenticatorRoutes(dependencies.emqx, guard, logger))
  app.route('/api/emqx/authz', emqxAuthorizerRoutes(dependencies.emqx, guard, logger))

  // A fleet is longer than any other body.
  app.use(
    '/api/import/*',
    requestBody(() => MAX_IMPORT_OCTETS),
  )
  app.route('/api/import', importRoutes(dependencies.imports, guard))

  // The largest packet in base64, and its topic.
  app.use(
    '/api/publish',
    requestBody(() => Math.max(MAX_BODY_OCTETS, 2 * dependencies.publisher.packetBytes())),
  )
  app.route('/api/publish', publishRoutes(dependencies.publisher, guard))

  app.use('/api/*', requestBody())
  app.route('/api/devices/certificates', certificateValidationRoutes(certificates, guard))
  app.route('/api/devices/certificates', deviceCertificateRoutes(certificates, logins, broker, guard))
  app.route('/api/devices', signingRequestRoutes(certificates, recordRefusal, guard))
  app.route('/api/devices', deviceRoutes(dependencies.devices, legacy, guard))
  app.route('/api/devices', identityTokenRoutes('device', identityTokens, guard))
  app.route('/api/devices', legacyCredentialRoutes(legacy, guard))
  app.route('/api/certificates', certificateRoutes(certificates, dependencies.approvals, guard))
  app.route(
    '/api/server-certificates',
    serverCertificateRoutes(dependencies.serverCertificates, dependencies.renewOwnCertificate, guard),
  )
  app.route('/api/services', serviceRoutes(dependencies.services, guard))
  app.route('/api/services', identityTokenRoutes('service', identityTokens, guard))
  app.route('/api/services', serviceCertificateRoutes(certificates, broker, guard))
  app.route('/api/policies', policyRoutes(dependencies.policies, guard))
  app.route(
    '/api/admin-certificates',
    administratorCertificateRoutes(dependencies.administratorCertificates, dependencies.trust, guard),
  )
  app.route('/api/ca', authorityRoutes(dependencies.rotations, guard))
  app.route('/api/ca/trust-anchors', trustAnchorRoutes(dependencies.foreignAuthorities, guard))
  app.route('/api/ca', certificateAuthorityRoutes(dependencies.certificateAuthority, guard))
  app.route('/api/tokens', tokenRoutes(tokens, guard))
  app.route('/api/config', configurationRoutes(dependencies.configuration, dependencies.apiAdmissions, guard))
  app.route('/api/mode', modeRoutes(dependencies.modes, guard))
  app.route('/api/sessions', sessionRoutes(dependencies.sessions, guard))
  app.route('/api/bans', banRoutes(dependencies.bans, guard))
  app.route('/api/devices', diaryRoutes('device', dependencies.devices.get, dependencies.diagnosis.diary, guard))
  app.route('/api/services', diaryRoutes('service', dependencies.services.get, dependencies.diagnosis.diary, guard))
  app.route('/api/diagnostics', diagnosticRoutes(dependencies, guard))
  return app
}
