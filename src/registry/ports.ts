import type { KeyObject } from 'node:crypto'
import type { CutReason } from '../end-reason.ts'
import type { Administrator } from './administrator.ts'
import type { ApiToken } from './api-token.ts'
import type { Certificate, CertificateKind, NewCertificate, RevocationReason } from './certificate.ts'
import type { CertificateListStore } from './certificate-listing.ts'
import type { Claim } from './claim.ts'
import type { Device } from './device.ts'
import type { IdentityToken } from './identity-token.ts'
import type { LegacyCredential } from './legacy-credential.ts'
import type { Page, PageRequest } from './page.ts'
import type { Policy } from './policy.ts'
import type { Service } from './service.ts'

/** Runs the work in one database transaction: all of it is kept, or none. Synchronous, and may be nested. */
export type Transaction = <Result>(work: () => Result) => Result

export interface DeviceFilter {
  /** Part of an id or of a user's id, or the fingerprint or serial number of a certificate. */
  readonly search?: string
  readonly state?: Device['state']
  readonly userId?: string
}

export interface DeviceQuery extends DeviceFilter, PageRequest {}

export interface DeviceStore {
  /** By id, ignoring case: two ids that differ only in case cannot both exist. */
  find(id: string): Device | undefined
  findByClientId(clientId: string): Device | undefined
  /** The id of a user, ignoring case. */
  findUser(id: string): string | undefined
  /** Inserts it, or replaces the one of the same id; creates its user if that is unknown. */
  save(device: Device): void
  delete(id: string): void
  list(query: DeviceQuery): Page<Device>
}

export interface ServiceStore {
  /** By name, ignoring case. */
  find(name: string): Service | undefined
  save(service: Service): void
  delete(name: string): void
  list(page: PageRequest): Page<Service>
}

export interface CertificateStore {
  findByFingerprint(fingerprint: string): Certificate | undefined
  /** Every certificate ever issued to this subject, newest first. */
  listOf(kind: CertificateKind, subjectId: string): readonly Certificate[]
  insert(certificate: NewCertificate): void
}

/** The certificates that were not issued here. */
export interface ForeignCertificates extends CertificateListStore {
  countPending(): number
  /** Takes the mark off. */
  approve(fingerprint: string): void
  /** Forgets it, unless it was revoked: what was refused once is not let in by being forgotten. */
  forget(fingerprint: string): void
}

/** Whose keys are known: of every certificate that is held with its PEM. */
export interface CertifiedKeys {
  /** Every certificate ever made for this public key, by the thumbprint of the key. */
  listOfKey(thumbprint: string): readonly Certificate[]
}

export interface CertificateMarks {
  /** Those of the fingerprints that are not revoked for good; one that was held keeps the time of its hold. */
  markRevoked(fingerprints: readonly string[], at: Date, reason: RevocationReason): void
  /** Takes the mark off, of one that is held. */
  markReleased(fingerprint: string): void
  /** What the certificate says of itself is kept with it, for one that was registered by its fingerprint alone. */
  markFirstSeen(certificate: Certificate, at: Date): void
  markRetiring(fingerprints: readonly string[], at: Date): void
  /** Unrevoked certificates whose retirement has come by then, so many, the earliest first. */
  listRetired(by: Date, limit: number): readonly Certificate[]
}

/** What devices were given to verify MQTTS with, as its fingerprint. */
export interface TrustAnchorStore {
  /** The one that is given now; none: it has always been the CA's own certificate. */
  current(): string | undefined
  insert(fingerprint: string, since: Date): void
  /** Devices whose newest active certificate came with another one than `fingerprint`; `own` is the CA's. */
  countDevicesWithout(fingerprint: string, own: string, now: Date): number
}

export interface PolicyStore {
  find(name: string): Policy | undefined
  save(policy: Policy): void
  delete(name: string): void
  list(): readonly Policy[]
  /** Whether a device or service names it. */
  isAttached(name: string): boolean
}

export interface ApiTokenStore {
  find(id: string): ApiToken | undefined
  insert(token: ApiToken): void
  markRevoked(id: string, at: Date): void
  markUsed(id: string, at: Date): void
  list(): readonly ApiToken[]
}

export interface AdministratorStore {
  /** By name, ignoring case. */
  find(name: string): Administrator | undefined
  /** Inserts it, or replaces the one of the same name. */
  save(administrator: Administrator): void
  /** In the order of their names. */
  list(): readonly Administrator[]
}

export interface IdentityTokenStore {
  find(id: string): IdentityToken | undefined
  insert(token: IdentityToken): void
  markRevoked(id: string, at: Date): void
  markUsed(id: string, at: Date): void
  /** In the order they were made. */
  listOf(kind: IdentityToken['kind'], subjectId: string): readonly IdentityToken[]
  deleteOf(kind: IdentityToken['kind'], subjectId: string): void
}

/** At most one claim of each device. */
export interface ClaimStore {
  find(id: string): Claim | undefined
  findOf(deviceId: string): Claim | undefined
  /** In the place of the one that the device has. */
  save(claim: Claim): void
  markUsed(id: string, at: Date): void
  deleteOf(deviceId: string): void
}

export interface LegacyCredentialStore {
  find(deviceId: string): LegacyCredential | undefined
  findByUserName(userName: string): LegacyCredential | undefined
  /** Inserts it, or replaces the one of the same device. */
  save(credential: LegacyCredential): void
  delete(deviceId: string): void
  /** Those that end after the one time and not after the other, soonest first. */
  listEnding(after: Date, until: Date): readonly LegacyCredential[]
}

export interface IssuedLeaf {
  readonly certificatePem: string
  readonly fingerprint: string
  readonly serialNumber: string
  readonly notBefore: Date
  readonly notAfter: Date
  /** RFC 7638. */
  readonly keyThumbprint?: string
  /** Fingerprint of the CA that signed it. */
  readonly issuer: string
  /** Of devices and services: what a renewal keeps to. */
  readonly terms?: CertificateTerms
}

/** Under what a certificate was signed. */
export interface CertificateTerms {
  readonly profile: string
  /** None: no other life was asked for than the profile's own. */
  readonly validitySeconds?: number
}

/** What the issuer is asked for beside the name. */
export interface IssueWishes {
  readonly profile?: string
  readonly validitySeconds?: number
  readonly keyAlgorithm?: KeyAlgorithm
}

export interface IssueOptions {
  /** By name; none: `default`. */
  readonly profile?: string
  readonly validityDays?: number
  readonly keyAlgorithm?: KeyAlgorithm
  /** A repeated request throws `already_issued` with the fingerprint: the key was handed out with the first answer. */
  readonly idempotencyKey?: string
}

export type KeyAlgorithm = 'ec-p256' | 'rsa-2048' | 'rsa-3072' | 'rsa-4096' | 'ed25519'

/** What is taken from a PKCS#10 request. */
export interface SigningRequest {
  readonly publicKey: KeyObject
  /** The whole request, however it was written. */
  readonly der: Uint8Array
  /** Of its subject. */
  readonly commonNames: readonly string[]
}

/** One whose key was made here, PKCS#8 PEM. */
export type LeafWithKey = IssuedLeaf & { readonly privateKeyPem: string }

/** Makes a key and a certificate for it under a profile; throws `profile_violation` before a key is touched. */
export interface LeafIssuer {
  issueDevice(deviceId: string, userId: string, wishes: IssueWishes): Promise<LeafWithKey>
  /** For a key that the device has made itself. */
  certifyDevice(
    deviceId: string,
    userId: string,
    publicKey: KeyObject,
    wishes: Omit<IssueWishes, 'keyAlgorithm'>,
  ): Promise<IssuedLeaf>
  /** PEM, DER or base64 of it; throws `csr_invalid` or `key_not_allowed`. */
  readSigningRequest(request: Uint8Array): Promise<SigningRequest>
  issueService(name: string, wishes: IssueWishes): Promise<LeafWithKey>
  issueAdministrator(name: string, wishes: Omit<IssueWishes, 'profile'>): Promise<LeafWithKey>
  /** What peers need now to verify us and each other: the CA's certificate. */
  readonly caCertificatePem: string
}

/** Live connections, cut in the same tick; the promise resolves once every socket of them is closed. */
export interface Cutter {
  /** Those that were let in by one of these: a certificate's name is its fingerprint. */
  cutCredentials(names: readonly string[], reason: CutReason): Promise<void>
  /** `clientIds`: those that were recorded for it until now. */
  cutIdentity(kind: 'device' | 'service', id: string, reason: CutReason, clientIds: readonly string[]): Promise<void>
  /** Cuts, and drops what is stored for it: sessions, queues, wills, retained messages under its own topics. */
  forgetIdentity(
    kind: 'device' | 'service',
    id: string,
    userId: string | undefined,
    clientIds: readonly string[],
  ): Promise<void>
  /** An operator has done something for it: what the broker holds against it, for its many connections, is forgotten. */
  liftBan(kind: 'device' | 'service', id: string): void
}
