import type { Bans } from '../broker/bans.ts'
import type { RemoteCalls } from '../broker/remote-calls.ts'
import type { SessionList } from '../broker/session-list.ts'
import type { Clock } from '../clock.ts'
import type { EventLog } from '../events/event-log.ts'
import type { Logger } from '../logger.ts'
import type { RecordRefusal } from '../refusal.ts'
import type { AdministratorCertificates } from '../registry/administrator-certificates.ts'
import type { ApiAdmissions } from '../registry/api-admission.ts'
import type { ApiTokens } from '../registry/api-tokens.ts'
import type { Approvals } from '../registry/approvals.ts'
import type { AuditTrail } from '../registry/audit/audit-trail.ts'
import type { AuthorityRotations } from '../registry/authority-rotation.ts'
import type { Certificates } from '../registry/certificates.ts'
import type { ConsoleSessions } from '../registry/console/console-sessions.ts'
import type { SignIns } from '../registry/console/sign-ins.ts'
import type { Devices } from '../registry/devices.ts'
import type { EmqxAuthenticator } from '../registry/emqx-authenticator.ts'
import type { EmqxAuthorizer } from '../registry/emqx-authorizer.ts'
import type { EnrolmentDecisions } from '../registry/enrolment/enrolment-decisions.ts'
import type { EnrolmentTokens } from '../registry/enrolment/enrolment-tokens.ts'
import type { Enrolments } from '../registry/enrolment/enrolments.ts'
import type { ExpiryWatch } from '../registry/expiry/expiry-watch.ts'
import type { ForeignAuthorities } from '../registry/foreign-authorities.ts'
import type { Holds } from '../registry/holds.ts'
import type { ImportUndo } from '../registry/import/import-undo.ts'
import type { Imports } from '../registry/import/imports.ts'
import type { LegacyCredentials } from '../registry/legacy-credentials.ts'
import type { Logins } from '../registry/logins.ts'
import type { Policies } from '../registry/policies.ts'
import type { Renewals } from '../registry/renewals.ts'
import type { Rotations } from '../registry/rotation/rotations.ts'
import type { ServerCertificates } from '../registry/server-certificates.ts'
import type { Services } from '../registry/services.ts'
import type { EventStreams } from './events/event-streams.ts'
import type { HandOverDependencies } from './hand-over/hand-over-routes.ts'
import type { Metrics } from './metrics/metrics.ts'
import type { Timings } from './metrics/timings.ts'
import type { ObservationPorts } from './observation-ports.ts'
import type {
  AnswerOcsp,
  AuthModes,
  BackupMaker,
  BrokerAddress,
  CertificateAuthorityCalls,
  Configuration,
  ConsoleFiles,
  DiagnosisCalls,
  EnrolmentPapers,
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
import type { IdentityTokenCalls } from './routes/identity-tokens.ts'
import type { WebhookCalls } from './routes/webhooks.ts'

/** What the API translates to and from. */
export interface ApiDependencies extends HandOverDependencies, ObservationPorts {
  readonly certificates: Certificates
  readonly renewals: Renewals
  readonly enrolments: Enrolments
  readonly enrolmentTokens: EnrolmentTokens
  readonly enrolmentDecisions: EnrolmentDecisions
  readonly enrolmentPapers: EnrolmentPapers
  readonly serverCertificates: ServerCertificates
  readonly renewOwnCertificate: RenewOwnCertificate
  readonly expiry: Pick<ExpiryWatch, 'count' | 'authorities'>
  readonly rotations: Rotations
  readonly authorityRotations: AuthorityRotations
  readonly foreignAuthorities: ForeignAuthorities
  readonly certificateAuthority: CertificateAuthorityCalls
  readonly approvals: Approvals
  readonly holds: Holds
  readonly imports: Imports & ImportUndo
  readonly devices: Pick<Devices, 'create' | 'get' | 'change' | 'remove'>
  readonly services: Services
  readonly policies: Pick<Policies, 'get' | 'list' | 'put' | 'remove'>
  readonly modes: AuthModes
  readonly administratorCertificates: AdministratorCertificates
  readonly apiAdmissions: ApiAdmissions
  readonly tokens: Pick<ApiTokens, 'create' | 'list' | 'revoke'>
  readonly signIns: Pick<SignIns, 'createLink' | 'recognise' | 'open'>
  readonly consoleSessions: Pick<ConsoleSessions, 'find' | 'list' | 'end'>
  readonly emqx: EmqxAuthenticator & EmqxAuthorizer
  readonly identityTokens: IdentityTokenCalls
  readonly legacy: Pick<LegacyCredentials, 'find' | 'put' | 'remove'>
  readonly logins: Pick<Logins, 'thatLetIn'>
  readonly audit: AuditTrail
  readonly sessions: Pick<SessionList, 'clientIds' | 'get' | 'disconnect'>
  readonly bans: Pick<Bans, 'list' | 'lift'>
  readonly publisher: Publisher
  readonly remoteCalls: Pick<RemoteCalls, 'call'>
  readonly refusals: RefusalLog
  readonly diagnosis: DiagnosisCalls
  readonly eventLog: Pick<EventLog, 'readBefore'>
  readonly eventStreams: Pick<EventStreams, 'open'>
  readonly webhooks: WebhookCalls
  readonly recordRefusal: RecordRefusal
  readonly trust: TrustAnchor
  readonly revocationLists: PublishedRevocations
  readonly answerOcsp: AnswerOcsp
  readonly broker: BrokerAddress
  readonly https: HttpsIdentity
  readonly webSocket: WebSocketOffer
  /** Whether callers from loopback addresses may use the API without TLS. */
  readonly loopbackHttp: boolean
  readonly configuration: Configuration
  readonly consoleFiles: ConsoleFiles
  readonly backups: BackupMaker
  /** Of web pages that may call the API, the hub's own left out. */
  readonly allowedOrigins: readonly string[]
  readonly metrics: Metrics
  readonly timings: Timings
  readonly health: Health
  readonly readiness: readonly ReadinessCheck[]
  readonly signTime: SignTime
  /** The cause with a name, where what was thrown has one; else the error itself. */
  readonly explainFailure: (error: Error) => unknown
  readonly clock: Clock
  readonly logger: Logger
  readonly version: string
}
