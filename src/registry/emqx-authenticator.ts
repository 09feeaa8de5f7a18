import { X509Certificate } from 'node:crypto'
import { type ChainVerdict, type Peer, readPeerCertificate } from '../peer-identity.ts'
import type { Presented, RecordRefusal, RefusalCause } from '../refusal.ts'
import type { Access } from './access.ts'
import type { Admission, Admissions } from './admission.ts'
import type { Certificate } from './certificate.ts'
import type { ClientIds } from './client-id.ts'
import { parseEmqxCertificate } from './emqx-certificate.ts'
import { describeEmqxClient } from './emqx-presented.ts'
import { createEmqxRules, type EmqxRule } from './emqx-rules.ts'
import type { CertificateStore } from './ports.ts'

/** What EMQX's HTTP authenticator sends; empty strings stand for absent values. */
export interface EmqxConnect {
  readonly clientid?: string
  readonly username?: string
  readonly cert_common_name?: string
  readonly cert_subject?: string
  readonly cert_pem?: string
}

export interface EmqxVerdict {
  readonly result: 'allow' | 'deny' | 'ignore'
  readonly is_superuser: false
  /** `assurance: weak`: believed on its CN alone, without the certificate. */
  readonly client_attrs?: { readonly user: string; readonly assurance?: 'weak' }
  /** Unix seconds. */
  readonly expire_at?: number
  readonly acl?: readonly EmqxRule[]
}

export interface EmqxAuthenticator {
  /** EMQX's question about a client that connects to it, undefined where it could not be read; always answered, a refusal is recorded. */
  authenticate(connect: EmqxConnect | undefined, address: string): EmqxVerdict
}

export interface EmqxAuthenticatorOptions {
  readonly admissions: Admissions
  readonly clientIds: ClientIds
  readonly access: Pick<Access, 'policyOf'>
  readonly certificates: Pick<CertificateStore, 'listOf' | 'findByFingerprint'>
  readonly judgeChain: (certificate: X509Certificate) => ChainVerdict
  /** Fingerprint of the CA that a trusted one leads to. */
  readonly authorityOf: (certificate: X509Certificate) => string | undefined
  readonly recordRefusal: RecordRefusal
  /** Told of each client that EMQX is allowed to let in: to a rotation that is its connection. */
  readonly noteConnection: (certificate: Certificate) => void
  /** Whether a client without `cert_pem` is believed on its CN: EMQX has checked the chain, but revocation by fingerprint is lost. */
  readonly allowCommonNameOnly: () => boolean
}

export function createEmqxAuthenticator(options: EmqxAuthenticatorOptions): EmqxAuthenticator {
  const {
    admissions,
    clientIds,
    access,
    certificates,
    judgeChain,
    authorityOf,
    recordRefusal,
    noteConnection,
    allowCommonNameOnly,
  } = options
  return { authenticate }

  function authenticate(connect: EmqxConnect | undefined, address: string): EmqxVerdict {
    const refuse = (cause: RefusalCause, found: Presented = {}, expected?: string): EmqxVerdict => {
      const presented = { ...describeEmqxClient(connect ?? {}), ...found }
      recordRefusal({ address, surface: 'emqx', cause, presented, ...(expected === undefined ? {} : { expected }) })
      return { result: 'deny', is_superuser: false }
    }

    if (!connect) return refuse('emqx_body_invalid')
    const { clientid, cert_pem: pem, cert_common_name: commonName } = connect
    if (!clientid && !pem && !commonName) return refuse('emqx_body_empty')
    const admission = pem ? admit(pem) : admitByCommonName(commonName)
    if (!admission.admitted) return refuse(admission.cause, admission.presented, admission.expected)
    const { identity, certificate } = admission
    // Every client comes from EMQX's address: this is what tells the refusals of one device from those of another.
    const found = { identity: `${identity.kind}:${identity.id}`, fingerprint: certificate.fingerprint }
    if (commonName && commonName !== certificate.subjectId)
      return refuse('common_name_wrong', found, `CN=${certificate.subjectId}`)
    if (!clientid) return refuse('client_id_missing', found, identity.id)
    if (clientIds.claim(identity, clientid) === 'refused') return refuse('client_id_wrong', found, identity.id)
    // Without the certificate nobody knows which of two a device has shown.
    if (pem) noteConnection(certificate)
    return {
      result: 'allow',
      is_superuser: false,
      client_attrs: { user: identity.userId ?? '', ...(pem ? {} : { assurance: 'weak' }) },
      ...(certificate.notAfter ? { expire_at: Math.floor(certificate.notAfter.getTime() / 1000) } : {}),
      acl: createEmqxRules(access.policyOf(identity).rules),
    }
  }

  function admit(pem: string): Admission {
    const certificate = parseEmqxCertificate(pem)
    if (!certificate) return { admitted: false, cause: 'chain_invalid', presented: {} }
    const [chain, authority] = [judgeChain(certificate), authorityOf(certificate)]
    return admissions.admit({ certificate: readPeerCertificate(certificate), chain, authority })
  }

  function admitByCommonName(commonName: string | undefined): Admission {
    const missing: Admission = {
      admitted: false,
      cause: 'certificate_missing',
      presented: {},
      expected: 'cert_pem = "${cert_pem}" in the body, from EMQX 5.7.1 or newer',
    }
    if (!commonName || !allowCommonNameOnly()) return missing
    const candidates = certificates
      .listOf('device', commonName)
      // One that was registered by its fingerprint alone has to be shown before it is believed.
      .flatMap(({ pem }) => (pem === undefined ? [] : [admissions.admit(asPeer(pem))]))
    return candidates.find(({ admitted }) => admitted) ?? candidates[0] ?? { ...missing, cause: 'certificate_unknown' }
  }
}

function asPeer(pem: string): Peer {
  return { certificate: readPeerCertificate(new X509Certificate(pem)), chain: 'trusted' }
}
