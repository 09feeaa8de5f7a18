import { DomainError } from '../errors.ts'
import { DEFAULT_PROFILE, type LeafProfile, planKeyPurposes, planLife, planNames } from './leaf-profile.ts'
import { parseServerNames, type ServerName } from './server-name.ts'

/** What is wanted; it has to meet the profile of its kind before a key is touched. */
export type CertificateRequest =
  | { readonly kind: 'root' | 'upper_root' | 'issuing_ca'; readonly name: string }
  | { readonly kind: 'server'; readonly names: readonly string[]; readonly notBefore?: Date }
  | ({ readonly kind: 'device'; readonly deviceId: string; readonly userId: string } & LeafTerms)
  | ({ readonly kind: 'service'; readonly name: string } & LeafTerms)
  | ({ readonly kind: 'administrator'; readonly name: string } & Pick<LeafTerms, 'validitySeconds'>)
  | { readonly kind: 'ocsp' }

/** How a device or service wants its certificate. */
export interface LeafTerms {
  /** None: the one that was before there were others. */
  readonly profile?: LeafProfile
  /** None: as long as the profile says. */
  readonly validitySeconds?: number
}

type Kind = CertificateRequest['kind']

export type KeyUsage = 'digitalSignature' | 'keyEncipherment' | 'keyCertSign' | 'cRLSign'

/** What may be signed for a kind. */
export interface CertificateProfile {
  /** None of a leaf whose life the terms decide. */
  readonly lifeDays?: number
  /** Of a CA; a leaf has none. */
  readonly pathLength?: number
  readonly keyUsage: readonly KeyUsage[]
  /** In addition when the key is RSA: TLS 1.2 clients may still encrypt to it. */
  readonly rsaKeyUsage: readonly KeyUsage[]
  readonly extendedKeyUsage?: 'serverAuth' | 'clientAuth' | 'ocspSigning'
  /** Its own revocation is asked of nobody, and it says nowhere where: RFC 6960 §4.2.2.2.1. */
  readonly isUnchecked?: boolean
}

const CERTIFICATE_PROFILES = {
  root: { lifeDays: 3650, pathLength: 0, keyUsage: ['keyCertSign', 'cRLSign'], rsaKeyUsage: [] },
  /** Of two tiers: it signs issuing CAs alone. */
  upper_root: { lifeDays: 3650, pathLength: 1, keyUsage: ['keyCertSign', 'cRLSign'], rsaKeyUsage: [] },
  issuing_ca: { lifeDays: 3650, pathLength: 0, keyUsage: ['keyCertSign', 'cRLSign'], rsaKeyUsage: [] },
  server: {
    lifeDays: 365,
    keyUsage: ['digitalSignature'],
    rsaKeyUsage: ['keyEncipherment'],
    extendedKeyUsage: 'serverAuth',
  },
  device: { keyUsage: ['digitalSignature'], rsaKeyUsage: [], extendedKeyUsage: 'clientAuth' },
  service: { keyUsage: ['digitalSignature'], rsaKeyUsage: [], extendedKeyUsage: 'clientAuth' },
  administrator: { keyUsage: ['digitalSignature'], rsaKeyUsage: [], extendedKeyUsage: 'clientAuth' },
  // Short, for it cannot be revoked.
  ocsp: {
    lifeDays: 30,
    keyUsage: ['digitalSignature'],
    rsaKeyUsage: [],
    extendedKeyUsage: 'ocspSigning',
    isUnchecked: true,
  },
} as const satisfies Record<Kind, CertificateProfile>

export type AlternativeName = ServerName | { readonly type: 'url'; readonly value: string }

/** What is to be signed: a request that has met its profile. */
export interface CertificatePlan {
  readonly commonName: string
  readonly alternativeNames: readonly AlternativeName[]
  readonly notBefore: Date
  readonly notAfter: Date
  readonly publication: Publication | undefined
  readonly profile: CertificateProfile
  /** Object identifiers of extended key usages beside the one of the kind. */
  readonly furtherKeyPurposes: readonly string[]
}

/** Where a certificate says that more is told of it, as URLs. */
export interface Publication {
  /** The CRL that tells of its revocation: RFC 5280 §4.2.1.13. */
  readonly distributionPoint: string
  /** RFC 5280 §4.2.2.1, id-ad-ocsp and id-ad-caIssuers */
  readonly ocsp: string
  readonly caIssuers: string
}

/** What its issuer brings to all that is not self-signed. */
export interface IssuerPlan {
  /** No leaf outlives it. */
  readonly notAfter: Date
  readonly publication?: Publication | undefined
}

const BACKDATED_MS = 5 * 60_000
const DAY_SECONDS = 86_400

/** Holds a request against its profile. Throws `profile_violation`. */
export function planCertificate(request: CertificateRequest, now: Date, issuer?: IssuerPlan): CertificatePlan {
  const profile: CertificateProfile = CERTIFICATE_PROFILES[request.kind]
  const leaf = ('profile' in request ? request.profile : undefined) ?? DEFAULT_PROFILE
  const days = profile.lifeDays
  const seconds = days === undefined ? planLife(leaf, wishOf(request)) : days * DAY_SECONDS
  const stated = 'notBefore' in request ? request.notBefore : undefined
  const second = Math.floor(now.getTime() / 1000) * 1000
  const wanted = second + seconds * 1000
  return {
    ...nameOf(request, leaf),
    notBefore: stated ?? new Date(second - BACKDATED_MS),
    notAfter: new Date(Math.min(wanted, issuer?.notAfter.getTime() ?? wanted)),
    publication: profile.isUnchecked ? undefined : issuer?.publication,
    profile,
    furtherKeyPurposes: planKeyPurposes(leaf),
  }
}

function wishOf(request: CertificateRequest): number | undefined {
  return 'validitySeconds' in request ? request.validitySeconds : undefined
}

function nameOf(
  request: CertificateRequest,
  leaf: LeafProfile,
): Pick<CertificatePlan, 'commonName' | 'alternativeNames'> {
  switch (request.kind) {
    case 'root':
    case 'upper_root':
    case 'issuing_ca':
      return { commonName: checkedCommonName(request.name), alternativeNames: [] }
    case 'server': {
      const names = parseServerNames(request.names)
      if (names.length === 0) throw new DomainError('profile_violation', 'A server certificate needs at least one name')
      return {
        commonName: names.find(({ value }) => isCommonName(value))?.value ?? 'Signet server',
        alternativeNames: names,
      }
    }
    case 'device': {
      const [device, user] = [checkedCommonName(request.deviceId), checkedCommonName(request.userId)]
      const own = urn('user', user, 'device', device)
      return { commonName: device, alternativeNames: [own, ...planNames(leaf, { device, user })] }
    }
    case 'ocsp':
      return { commonName: 'Signet OCSP responder', alternativeNames: [] }
    case 'service':
    case 'administrator': {
      const name = checkedCommonName(request.name)
      return { commonName: name, alternativeNames: [urn(request.kind, name), ...planNames(leaf, { device: name })] }
    }
  }
}

function checkedCommonName(text: string): string {
  if (isCommonName(text)) return text
  throw new DomainError(
    'profile_violation',
    `${JSON.stringify(text.slice(0, 80))} cannot stand in a certificate: a name has 1 to 64 printable ASCII characters`,
  )
}

// RFC 5280 appendix A.1, ub-common-name: 64; the library does not enforce it
function isCommonName(text: string): boolean {
  return /^[\x20-\x7e]{1,64}$/.test(text)
}

// RFC 8141 §2.2: ids may hold ":" and "@", so each is percent-encoded (%3A, %40): the colons left are the separators
function urn(...parts: readonly string[]): AlternativeName {
  return { type: 'url', value: ['urn', 'signet', ...parts.map(encodeURIComponent)].join(':') }
}
