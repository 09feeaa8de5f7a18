import type { X509Certificate } from 'node:crypto'
import type { BackupContents } from '../backup/manifest.ts'
import type { Message } from '../broker/delivery/message.ts'
import type { OcspAnswer } from '../ca/ocsp-responder.ts'
import type { ReadinessName } from '../check-name.ts'
import type { DomainError } from '../errors.ts'
import type { ReadinessWarning } from '../finding.ts'
import type { ApiAuth } from '../registry/api-admission.ts'
import type { AuthMode } from '../registry/auth-mode.ts'
import type { Device } from '../registry/device.ts'
import type { CertificateVerdict } from '../registry/diagnosis/certificate-verdict.ts'
import type { Diary } from '../registry/diagnosis/diary.ts'
import type { Examined } from '../registry/diagnosis/examination.ts'
import type { Finding } from '../registry/diagnosis/finding.ts'
import type { TopicQuestion, TopicVerdict } from '../registry/diagnosis/topic-verdict.ts'
import type { RecordedRefusal } from '../registry/refusal-ring.ts'
import type { PublishedLists } from '../registry/revocation-lists.ts'

/** Where devices connect; asked at each request, because a port may be chosen after the API is made. */
export interface BrokerAddress {
  readonly brokerHost: string
  readonly mqttPort: number
}

/** What HTTPS is reached by; asked at each request, because certificates are swapped while we run. */
export interface HttpsIdentity {
  /** DNS names and addresses in the certificate that HTTPS presents. */
  serverNames(): readonly string[]
  readonly publicHost: string | undefined
  readonly httpsPort: number
}

/** What a WebSocket is given to, beside what HTTPS says of itself. */
export interface WebSocketOffer {
  readonly subProtocols: readonly string[]
  /** Origins of web pages, the hub's own left out. */
  readonly allowedOrigins: readonly string[]
}

export interface TrustAnchor {
  /** What those who are certified by us are verified with; with two tiers the issuing CA and the root. */
  readonly caCertificatePem: string
  /** What devices verify MQTTS with: the same, unless MQTTS shows a certificate of another CA. */
  readonly anchorPem: string
}

/** The CA, and what an administrator may do to its key. */
export interface CertificateAuthorityCalls {
  describe(): CertificateAuthorityState
  /** Throws `passphrase_missing`, `passphrase_wrong`, `too_many_attempts`, `hsm_unavailable`. */
  unlock(passphrase: string | undefined): Promise<void>
  /** Throws `ca_key_in_clear`. */
  lock(): void
}

export interface CertificateAuthorityState {
  readonly subject: string
  readonly fingerprint: string
  readonly notAfter: Date
  readonly keyAlgorithm: string
  readonly keyStore: 'memory' | 'file' | 'hsm'
  /** Whether a passphrase or PIN stands before the key. */
  readonly isProtected: boolean
  /** Why it is locked. */
  readonly fault: DomainError | undefined
}

/** What EST says in ASN.1, as DER. */
export interface EnrolmentPapers {
  /** The certificates of a PEM in a CMS that nobody has signed. */
  encodeCertificates(pem: string): Uint8Array
  /** Of what kinds a key of this profile may be; throws `profile_violation` for one that there is not. */
  encodeAttributes(profile: string): Uint8Array
}

/** What one file holds that somebody takes his key from. */
export interface KeyStoreContents {
  readonly name: string
  readonly certificatePem: string
  readonly privateKeyPem: string
  /** Each certificate once, however often it stands there. */
  readonly caCertificatesPem: string
}

/** PKCS#12, under a password. */
export type CreateKeyStore = (contents: KeyStoreContents, password: string) => Promise<Uint8Array<ArrayBuffer>>

export interface PublishedRevocations {
  /** Of the CA that issues; every revocation that was answered before is in it. */
  current(): Promise<PublishedLists>
  /** Of the CA whose certificates name the common distribution point. */
  named(): Promise<PublishedLists>
  /** Of the CA whose fingerprint begins so. */
  find(id: string): Promise<PublishedLists | undefined>
}

/** To an OCSPRequest of anybody, DER; what is none is answered too. */
export type AnswerOcsp = (request: Uint8Array) => Promise<OcspAnswer>

/** The settings of the running hub. */
export interface Configuration {
  /**
   * By the keys of the settings; throws `configuration_invalid` or `configuration_fixed`, and what `judge` throws of what
   * the API would ask of its callers: nothing has changed then.
   */
  reload(
    judge: (next: ApiAuth) => void,
  ): Promise<{ readonly applied: readonly string[]; readonly needsRestart: readonly string[] }>
}

/** What the hub shows where no other certificate is named. */
export interface OwnServerCertificate {
  readonly names: readonly string[]
  readonly certificate: Pick<X509Certificate, 'fingerprint256'>
  readonly notAfter: Date
}

export type RenewOwnCertificate = () => Promise<OwnServerCertificate>

export interface Health {
  /** The level at which the hub logs now. */
  level(): string
}

export interface ReadinessCheck {
  readonly name: ReadinessName
  isReady(): boolean | Promise<boolean>
  warning?(): ReadinessWarning | undefined
}

/** Signs with the key of the server certificate, never with the CA's. */
export type SignTime = (text: string) => { readonly signature: string; readonly certificate: string }

/** What each surface asks of its clients. */
export interface AuthModes {
  readonly mqtt: AuthMode
  readonly api: AuthMode
}

export interface Publisher {
  /** Resolves when what must be kept is committed. */
  publish(message: Message): Promise<void>
  /** Octets of the largest MQTT packet; asked at each request. */
  packetBytes(): number
}

export interface RefusalLog {
  /** Newest first. */
  list(): readonly RecordedRefusal[]
}

/** What an operator asks when something does not connect. */
export interface DiagnosisCalls {
  readonly diary: Pick<Diary, 'read'>
  checkHub(): Promise<readonly Finding[]>
  examine(examined: Examined): readonly Finding[]
  /** Throws `private_key_refused` or `certificate_unreadable`. */
  judgeCertificate(text: string): CertificateVerdict
  /** Throws `bad_request` for what no packet may carry. */
  judgeTopic(device: Pick<Device, 'id' | 'userId'>, question: TopicQuestion): TopicVerdict
}

export interface BackupMaker {
  /** Throws `backup_running`, `backup_unavailable`, `file_unreachable` or `hub_stopping`. */
  make(
    contents: BackupContents,
    passphrase: string,
  ): Promise<{ readonly fileName: string; readonly octets: number; readonly stream: AsyncGenerator<Uint8Array> }>
}

/** What a browser is handed of the console. */
export interface ConsoleFiles {
  /** By its name, as `index.html` or `assets/console.js`; undefined: there is no such file. */
  find(name: string): ConsoleFile | undefined
}

export interface ConsoleFile {
  readonly content: Uint8Array
  /** RFC 7932; none: it was not built with it. */
  readonly compressed?: Uint8Array
  readonly type: string
}
