import { OpenAPIHono } from '@hono/zod-openapi'
import { authentication } from './access/authentication.ts'
import { createGuard } from './access/guard.ts'
import type { ApiEnv } from './api-env.ts'
import { audited } from './audit/audited.ts'
import { allowOrigins } from './cors.ts'
import type { ApiDependencies } from './dependencies.ts'
import { errorHandler, notFoundHandler } from './error-handler.ts'
import { handOverRoutes } from './hand-over/hand-over-routes.ts'
import { methodNotAllowed } from './method-not-allowed.ts'
import { refuseInvalidInput } from './request/invalid-input.ts'
import { loggedRequest } from './request/logged-request.ts'
import { plainHttp } from './request/plain-http.ts'
import { MAX_BODY_OCTETS, MAX_IMPORT_OCTETS, requestBody } from './request/request-body.ts'
import { requestId } from './request/request-id.ts'
import { timedRequest } from './request/timed-request.ts'
import { tracedRequest } from './request/traced-request.ts'
import { administratorCertificateRoutes } from './routes/administrator-certificates.ts'
import { auditRoutes } from './routes/audit.ts'
import { authorityRoutes } from './routes/authorities.ts'
import { authorityTreeRoutes } from './routes/authority-tree.ts'
import { backupRoutes } from './routes/backup.ts'
import { banRoutes } from './routes/bans.ts'
import { caCertificateRoutes } from './routes/ca-certificate.ts'
import { certificateAuthorityRoutes } from './routes/certificate-authority.ts'
import { certificateValidationRoutes } from './routes/certificate-validation.ts'
import { certificateRoutes } from './routes/certificates.ts'
import { configurationRoutes } from './routes/configuration.ts'
import { consoleRoutes } from './routes/console.ts'
import { consoleSessionRoutes } from './routes/console-sessions.ts'
import { deviceCertificateRoutes } from './routes/device-certificates.ts'
import { deviceRoutes } from './routes/devices.ts'
import { diagnosticRoutes } from './routes/diagnostics.ts'
import { diaryRoutes } from './routes/diary.ts'
import { emqxAuthenticatorRoutes, emqxAuthorizerRoutes } from './routes/emqx.ts'
import { enrolmentTokenRoutes } from './routes/enrolment-tokens.ts'
import { enrolmentRoutes } from './routes/enrolments.ts'
import { estRoutes } from './routes/est.ts'
import { eventRoutes } from './routes/events.ts'
import { expiryRoutes } from './routes/expiry.ts'
import { healthRoutes } from './routes/health.ts'
import { identityTokenRoutes } from './routes/identity-tokens.ts'
import { importRoutes } from './routes/imports.ts'
import { legacyCredentialRoutes } from './routes/legacy-credential.ts'
import { messageRoutes } from './routes/messages.ts'
import { metricRoutes } from './routes/metrics.ts'
import { modeRoutes } from './routes/mode.ts'
import { ocspRoutes } from './routes/ocsp.ts'
import { openApiRoutes } from './routes/openapi-document.ts'
import { overviewRoutes } from './routes/overview.ts'
import { policyRoutes } from './routes/policies.ts'
import { publishRoutes } from './routes/publish.ts'
import { remoteCallRoutes } from './routes/remote-calls.ts'
import { renewalRoutes } from './routes/renewal.ts'
import { revocationListRoutes } from './routes/revocation-lists.ts'
import { rotationRoutes } from './routes/rotations.ts'
import { searchRoutes } from './routes/search.ts'
import { serverCertificateRoutes } from './routes/server-certificates.ts'
import { serviceCertificateRoutes } from './routes/service-certificates.ts'
import { serviceRoutes } from './routes/services.ts'
import { sessionRoutes } from './routes/sessions.ts'
import { signInRoutes } from './routes/sign-in.ts'
import { signingRequestRoutes } from './routes/signing-requests.ts'
import { supportBundleRoutes } from './routes/support-bundle.ts'
import { timeRoutes } from './routes/time.ts'
import { tokenRoutes } from './routes/tokens.ts'
import { trustAnchorRoutes } from './routes/trust-anchors.ts'
import { trustPageRoutes } from './routes/trust-page.ts'
import { webhookRoutes } from './routes/webhooks.ts'
import { webSocketRoutes } from './routes/websocket.ts'
import { securityHeaders } from './security-headers.ts'

export function createApi(dependencies: ApiDependencies): OpenAPIHono<ApiEnv> {
  const { certificates, broker, tokens, identityTokens, legacy, logins, recordRefusal, logger } = dependencies
  const guard = createGuard(recordRefusal)
  const handOver = handOverRoutes(dependencies, guard)
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: refuseInvalidInput })

  app.onError(errorHandler(logger, dependencies.explainFailure))
  app.notFound(notFoundHandler())

  app.use(timedRequest(dependencies.timings))
  app.use(tracedRequest())
  app.use(requestId())
  app.use(loggedRequest(logger))
  app.use(securityHeaders(dependencies.https))
  // A preflight asks with a method that no path takes.
  if (dependencies.allowedOrigins.length > 0) app.use('/api/*', allowOrigins(dependencies.allowedOrigins))
  app.use(methodNotAllowed(app))
  app.use(plainHttp(dependencies.https, dependencies))

  // For anybody: what stands here is answered before a credential is asked for.
  app.route('/', healthRoutes(dependencies.health, dependencies.readiness))
  app.route('/', timeRoutes(dependencies.clock, dependencies.signTime))
  app.route('/', caCertificateRoutes(dependencies.trust, dependencies.authorityRotations))
  app.route('/', revocationListRoutes(dependencies.revocationLists, dependencies.clock))
  app.route('/', ocspRoutes(dependencies.answerOcsp, dependencies.clock))
  app.route('/', trustPageRoutes(dependencies.trust, dependencies.https))
  app.route('/', handOver.page)
  app.route('/', consoleRoutes(dependencies.consoleFiles))
  app.route('/', openApiRoutes(app, dependencies.version, dependencies.https))
  app.route('/', signInRoutes(dependencies))
  app.route('/', webSocketRoutes(dependencies.https, dependencies.webSocket, recordRefusal))

  // By device certificate alone, in every mode.
  app.route(
    '/api/devices/self/certificate/renew',
    renewalRoutes(dependencies.renewals, dependencies.apiAdmissions, recordRefusal),
  )

  // By device certificate, or by enrolment token, in every mode.
  app.route('/.well-known/est', estRoutes(dependencies, recordRefusal))

  for (const path of ['/api/*', '/metrics']) app.use(path, authentication(dependencies.apiAdmissions, recordRefusal))
  app.use('/api/*', audited(dependencies.audit, logger))
  app.route('/metrics', metricRoutes(dependencies.metrics, guard))

  // Before the body is limited by a 413, and before a device could be called "validate".
  app.route('/api/devices/certificates/validate', emqxAuthenticatorRoutes(dependencies.emqx, guard, logger))
  app.route('/api/emqx/authz', emqxAuthorizerRoutes(dependencies.emqx, guard, logger))

  // Answered while it is read.
  app.route('/api/devices', handOver.bulk)

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
  app.route(
    '/api/devices/certificates',
    deviceCertificateRoutes(certificates, logins, dependencies.claims, broker, guard),
  )
  app.route('/api/devices', signingRequestRoutes(certificates, recordRefusal, guard))
  app.route('/api/devices', handOver.devices)
  app.route('/api/devices', deviceRoutes(dependencies.devices, dependencies.deviceList, legacy, guard))
  app.route('/api/devices', identityTokenRoutes('device', identityTokens, guard))
  app.route('/api/devices', legacyCredentialRoutes(legacy, guard))
  app.route('/api/certificates', expiryRoutes(dependencies.expiry, guard))
  app.route('/api/rotations', rotationRoutes(dependencies.rotations, guard))
  app.route('/api/enrolment-tokens', enrolmentTokenRoutes(dependencies.enrolmentTokens, guard))
  app.route('/api/enrolments', enrolmentRoutes(dependencies.enrolmentDecisions, guard))
  app.route('/api/certificates', certificateRoutes(certificates, dependencies.approvals, dependencies.holds, guard))
  app.route(
    '/api/server-certificates',
    serverCertificateRoutes(dependencies.serverCertificates, dependencies.renewOwnCertificate, guard),
  )
  app.route('/api/services', serviceRoutes(dependencies.services, dependencies.isServiceConnected, guard))
  app.route('/api/services', identityTokenRoutes('service', identityTokens, guard))
  app.route('/api/services', serviceCertificateRoutes(certificates, logins, broker, guard))
  app.route('/api/services', handOver.services)
  app.route('/api/policies', policyRoutes(dependencies.policies, guard))
  app.route(
    '/api/admin-certificates',
    administratorCertificateRoutes(dependencies.administratorCertificates, dependencies.trust, guard),
  )
  app.route('/api/ca', authorityRoutes(dependencies.authorityRotations, guard))
  app.route('/api/ca/trust-anchors', trustAnchorRoutes(dependencies.foreignAuthorities, guard))
  app.route('/api/ca', authorityTreeRoutes(dependencies, guard))
  app.route('/api/ca', certificateAuthorityRoutes(dependencies.certificateAuthority, guard))
  app.route('/api/admin-certificates', handOver.administrators)
  app.route('/api', consoleSessionRoutes(dependencies, guard))
  app.route('/api/tokens', tokenRoutes(tokens, guard))
  app.route(
    '/api/config',
    configurationRoutes(dependencies.configuration, dependencies.apiAdmissions, dependencies.settingsInForce, guard),
  )
  app.route('/api/backup', backupRoutes(dependencies.backups, guard))
  app.route('/api/mode', modeRoutes(dependencies.modes, guard))
  app.route('/api/sessions', sessionRoutes(dependencies.sessions, guard))
  app.route('/api/users', remoteCallRoutes(dependencies.remoteCalls, dependencies.devices, guard))
  app.route('/api/audit', auditRoutes(dependencies.audit, guard))
  app.route('/api/bans', banRoutes(dependencies.bans, guard))
  app.route('/api/devices', diaryRoutes('device', dependencies.devices.get, dependencies.diagnosis.diary, guard))
  app.route('/api/services', diaryRoutes('service', dependencies.services.get, dependencies.diagnosis.diary, guard))
  app.route('/api/events', eventRoutes(dependencies, guard))
  app.route('/api/messages', messageRoutes(dependencies, guard))
  app.route('/api/overview', overviewRoutes(dependencies.overview, guard))
  app.route('/api/search', searchRoutes(dependencies.search, guard))
  app.route('/api/webhooks', webhookRoutes(dependencies.webhooks, guard))
  app.route('/api/diagnostics', diagnosticRoutes(dependencies, guard))
  app.route('/api/diagnostics', supportBundleRoutes(dependencies, guard))
  return app
}
