import type { X509Certificate } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { EventFeed } from '../events.ts'
import type { ChainVerdict } from '../peer-identity.ts'
import { type Access, type AccessOptions, createAccess } from './access.ts'
import { type AdministratorAdmissions, createAdministratorAdmissions } from './administrator-admission.ts'
import { type AdministratorCertificates, createAdministratorCertificates } from './administrator-certificates.ts'
import { createAdministrators } from './administrators.ts'
import { type Admissions, createAdmissions } from './admission.ts'
import { type ApiAdmissions, type ApiAuth, createApiAdmissions } from './api-admission.ts'
import { type ApiTokens, createApiTokens } from './api-tokens.ts'
import { type Approvals, createApprovals } from './approvals.ts'
import { type AuthMode, isLoginEnough } from './auth-mode.ts'
import type { CompareBcrypt } from './bcrypt-thread.ts'
import type { Certificate } from './certificate.ts'
import { type Certificates, createCertificates } from './certificates.ts'
import { type ClientIds, createClientIds } from './client-id.ts'
import { type ConnectAdmissions, createConnectAdmissions } from './connect-admission.ts'
import { type ConsoleAccess, type ConsoleStores, createConsoleAccess } from './console/console-access.ts'
import { createDevices, type Devices } from './devices.ts'
import { createEmqxAuthenticator, type EmqxAuthenticator } from './emqx-authenticator.ts'
import { createEmqxAuthorizer, type EmqxAuthorizer } from './emqx-authorizer.ts'
import { createExpectations } from './expectations.ts'
import type { Grant } from './grant.ts'
import { createIdentityTokens, type IdentityTokens } from './identity-tokens.ts'
import { createImportUndo, type ImportUndo } from './import/import-undo.ts'
import { createImports, type Imports } from './import/imports.ts'
import type { FleetStore } from './import/ports.ts'
import { createIssuance } from './issuance.ts'
import type { Issuers } from './issuers.ts'
import type { LegacyCredential } from './legacy-credential.ts'
import { createLegacyCredentials, type LegacyCredentials } from './legacy-credentials.ts'
import { createLogins, type Logins } from './logins.ts'
import { createNewcomers, type UnknownCertificatePolicy } from './newcomers.ts'
import { createPasswordChecks } from './password-checks.ts'
import { createPolicies, type Policies } from './policies.ts'
import type {
  AdministratorStore,
  ApiTokenStore,
  CertificateMarks,
  CertificateStore,
  CertifiedKeys,
  ClaimStore,
  Cutter,
  DeviceStore,
  ForeignCertificates,
  IdentityTokenStore,
  LeafIssuer,
  LegacyCredentialStore,
  PolicyStore,
  ServiceStore,
  Transaction,
} from './ports.ts'
import { createRefusalRing, type RecordedRefusal, type RefusalRing } from './refusal-ring.ts'
import { createRenewals, type RenewalPolicy, type Renewals } from './renewals.ts'
import { createRequestedKeys } from './requested-keys.ts'
import { createRevocations, type Revocations } from './revocations.ts'
import { createServices, type Services } from './services.ts'
import type { SharedTransaction } from './shared-transaction.ts'

export interface Stores extends ConsoleStores {
  readonly devices: DeviceStore
  readonly services: ServiceStore
  readonly certificates: CertificateStore & CertificateMarks & ForeignCertificates & CertifiedKeys
  readonly policies: PolicyStore
  readonly administrators: AdministratorStore
  readonly tokens: ApiTokenStore
  readonly identityTokens: IdentityTokenStore
  readonly legacy: LegacyCredentialStore
  readonly claims: ClaimStore
  readonly transaction: Transaction
  readonly sharedTransaction: SharedTransaction
  readonly fleet: FleetStore
}

export interface RegistryOptions {
  readonly stores: Stores
  readonly issuer: LeafIssuer
  readonly issuers: Issuers
  /** The subject of the CA, as refusals name it. */
  readonly issuerName: string
  readonly cutter: Cutter
  /** Told once revocations of certificates, or the end of a hold, are kept. */
  readonly onCrlChange: () => void
  readonly compareBcrypt: CompareBcrypt
  readonly judgeChain: (certificate: X509Certificate) => ChainVerdict
  readonly authorityOf: (certificate: X509Certificate) => string | undefined
  readonly allowCommonNameOnly: () => boolean
  /** What is asked of MQTT clients. */
  readonly mode: AuthMode
  /** What is asked of callers of the API. */
  readonly apiAuth: ApiAuth
  /** Whether there is a listener without TLS, where no certificate is asked for. */
  readonly plainMqtt: boolean
  readonly unknownCertificates: UnknownCertificatePolicy
  readonly renewal: RenewalPolicy
  /** For work that nobody waits for: its failure is told to an operator. */
  readonly inBackground: (work: Promise<void>) => void
  readonly onNewRefusal: (refusal: RecordedRefusal) => void
  readonly onRefusedAgain: (refusal: RecordedRefusal) => void
  readonly onExpiring: (expiring: readonly LegacyCredential[]) => void
  readonly events: EventFeed
  readonly clock: Clock
  readonly narrowAccess?: AccessOptions['narrow']
}

/** Who may connect, and what is issued, renewed and revoked: the one place that decides. */
export interface Registry extends ConsoleAccess {
  readonly admissions: Admissions
  readonly connectAdmissions: ConnectAdmissions
  readonly administratorAdmissions: AdministratorAdmissions
  readonly apiAdmissions: ApiAdmissions
  readonly logins: Logins
  /** Told of each connection that was let in; the first of a certificate or token ends the older ones. */
  noteConnection(grant: Grant): void
  readonly clientIds: ClientIds
  readonly access: Access
  readonly devices: Devices
  readonly services: Services
  readonly certificates: Certificates
  readonly renewals: Renewals
  readonly approvals: Approvals
  readonly imports: Imports & ImportUndo
  readonly revocations: Revocations
  readonly policies: Policies
  readonly administratorCertificates: AdministratorCertificates
  readonly tokens: ApiTokens
  readonly emqx: EmqxAuthenticator & EmqxAuthorizer
  readonly identityTokens: IdentityTokens
  readonly legacy: LegacyCredentials
  readonly refusals: RefusalRing
}

export function createRegistry(options: RegistryOptions): Registry {
  const { stores, issuer, issuers, cutter, apiAuth, inBackground, events, clock } = options
  const { certificates: certificateStore, sharedTransaction } = stores
  const { onCrlChange, onNewRefusal: onNew, onRefusedAgain: onAgain, plainMqtt, narrowAccess: narrow } = options
  const { unknownCertificates: policy, renewal } = options
  const access = createAccess({ ...stores, ...(narrow ? { narrow } : {}) })
  const expectations = () => createExpectations(options.issuerName)
  const refusals = createRefusalRing({ clock, expectations, onNew, onAgain })
  const mayUseAny: Parameters<typeof createClientIds>[0]['mayUseAny'] = (identity) =>
    identity.kind === 'service' || access.policyOf(identity).anyClientId
  const clientIds = createClientIds({ ...stores, mayUseAny })
  const policies = createPolicies({ policies: stores.policies, onChange: access.invalidate })
  const revocations = createRevocations({ ...stores, cutter, onCrlChange, events, clock })
  const shared = { ...stores, policies, revocations, cutter, onAccessChange: access.invalidate, events, clock }
  const devices = createDevices(shared)
  const services = createServices(shared)
  const newcomers = createNewcomers({ ...stores, issuers, policy, ensureDevice: devices.ensure, clock })
  const admissions = createAdmissions({ ...stores, newcomers, issuers, clock })
  const { ownerOf } = newcomers
  const approvals = createApprovals({ ...stores, devices, stored: stores.devices, ownerOf, revocations, cutter })
  const administrators = createAdministrators({ administrators: stores.administrators, clock })
  const issuance = createIssuance({
    issuer,
    issuers,
    readRequestedKey: createRequestedKeys(issuer, certificateStore, clock),
    devices,
    services,
    administrators,
    certificates: certificateStore,
    revocations,
    cutter,
    sharedTransaction,
    events,
    clock,
  })
  const certificates = createCertificates({ issuance, revocations, certificates: certificateStore, admissions, clock })
  const tokens = createApiTokens({ tokens: stores.tokens, inBackground, clock })
  const identityTokens = createIdentityTokens({ ...stores, tokens: stores.identityTokens, cutter, clock })
  const legacy = createLegacyCredentials({ ...options, legacy: stores.legacy, devices })
  const loginSuffices = (): boolean => plainMqtt || isLoginEnough(options.mode)
  const logins = createLogins({
    ...stores,
    tokens: stores.identityTokens,
    identityTokens,
    checks: createPasswordChecks(clock, options.compareBcrypt),
    suffices: loginSuffices,
    clock,
  })
  const moving = {
    ...options,
    ...stores,
    stores: { ...stores, identityTokens },
    devices,
    stored: stores.devices,
    legacy,
    logins,
    loginSuffices,
    policies,
    revocations,
    requireEnd: legacy.requireEnd,
    onAccessChange: access.invalidate,
  }
  const connectAdmissions = createConnectAdmissions({ admissions, logins, mode: () => options.mode })
  const noteCertificate = (certificate: Certificate): void => inBackground(revocations.noteConnection(certificate))
  const administratorAdmissions = createAdministratorAdmissions({ ...stores, clock })
  const consoleAccess = createConsoleAccess({ ...stores, tokens, inBackground, clock })
  const judges = { administrators: administratorAdmissions, tokens, ...consoleAccess }
  const apiAdmissions = createApiAdmissions({ ...judges, auth: apiAuth, noteCertificate })
  const administratorCertificates = createAdministratorCertificates({
    ...stores,
    issuance,
    revocations,
    tokens,
    ...consoleAccess,
    tokenSuffices: () => isLoginEnough(apiAuth.mode),
    clock,
  })
  const noteConnection = ({ certificate, credentials }: Grant): void => {
    if (certificate) noteCertificate(certificate)
    for (const credential of credentials) inBackground(identityTokens.noteUse(credential))
  }
  const asked = { ...stores, admissions, clientIds, access, recordRefusal: refusals.record }
  const emqx = {
    ...createEmqxAuthenticator({ ...asked, ...options, noteConnection: noteCertificate }),
    ...createEmqxAuthorizer(asked),
  }
  return {
    admissions,
    connectAdmissions,
    administratorAdmissions,
    apiAdmissions,
    ...consoleAccess,
    logins,
    noteConnection,
    clientIds,
    access,
    devices,
    services,
    certificates,
    renewals: createRenewals({ admissions, issuance, issuers, policy: renewal, clock }),
    approvals,
    imports: { ...createImports(moving), ...createImportUndo(moving) },
    revocations,
    policies,
    administratorCertificates,
    tokens,
    identityTokens,
    legacy,
    emqx,
    refusals,
  }
}
