import type { CertificateVerdict } from '../registry/diagnosis/certificate-verdict.ts'
import type { Diary } from '../registry/diagnosis/diary.ts'
import type { Examined } from '../registry/diagnosis/examination.ts'
import type { Finding } from '../registry/diagnosis/finding.ts'
import type { RecordedRefusal } from '../registry/refusal-ring.ts'

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
  /** What peers need to verify us and each other; with two tiers the issuing CA and the root. */
  readonly caCertificatePem: string
}

export interface Health {
  /** The level at which the hub logs now. */
  level(): string
}

export interface ReadinessCheck {
  readonly name: string
  isReady(): boolean | Promise<boolean>
}

/** Signs with the key of the server certificate, never with the CA's. */
export type SignTime = (text: string) => { readonly signature: string; readonly certificate: string }

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
}
