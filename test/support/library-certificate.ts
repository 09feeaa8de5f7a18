import 'reflect-metadata'
import type { KeyObject, X509Certificate } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import type { CertificatePlan, KeyUsage } from '../../src/ca/certificate-profile.ts'
import type { SignatureAlgorithm } from '../../src/ca/signature-algorithm.ts'

/** What is to be signed, as another writer of certificates than ours makes it of the same plan; DER. */
export async function encodeByLibrary(
  plan: CertificatePlan,
  publicKey: KeyObject,
  issuer: { readonly certificate: X509Certificate | undefined; readonly algorithm: SignatureAlgorithm },
  serialNumber: string,
): Promise<Buffer> {
  const parsed = issuer.certificate && new x509.X509Certificate(new Uint8Array(issuer.certificate.raw))
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const subject = new x509.Name([{ CN: [{ utf8String: plan.commonName }] }])
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber,
    subject,
    issuer: parsed?.subjectName ?? subject,
    notBefore: plan.notBefore,
    notAfter: plan.notAfter,
    publicKey: spki,
    signature: new Uint8Array(132),
    signingAlgorithm: issuer.algorithm,
    extensions: await createExtensions(plan, publicKey, spki, parsed),
  })
  return Buffer.from(new UnsignedCertificate(certificate.rawData).tbsCertificate)
}

class UnsignedCertificate extends x509.X509Certificate {
  get tbsCertificate(): ArrayBuffer {
    if (this.asn.tbsCertificateRaw) return this.asn.tbsCertificateRaw
    throw new TypeError('The library has not kept what it parsed')
  }
}

async function createExtensions(
  { profile, alternativeNames, publication, furtherKeyPurposes }: CertificatePlan,
  publicKey: KeyObject,
  spki: Buffer<ArrayBuffer>,
  issuer: x509.X509Certificate | undefined,
): Promise<x509.Extension[]> {
  const { pathLength, extendedKeyUsage, isUnchecked } = profile
  const usages = [...profile.keyUsage, ...(publicKey.asymmetricKeyType === 'rsa' ? profile.rsaKeyUsage : [])]
  const keyIdentifier = issuer?.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId
  const purposes = extendedKeyUsage ? new Set([x509.ExtendedKeyUsage[extendedKeyUsage], ...furtherKeyPurposes]) : []
  return [
    new x509.BasicConstraintsExtension(pathLength !== undefined, pathLength, true),
    new x509.KeyUsagesExtension(keyUsageFlags(usages), true),
    await x509.SubjectKeyIdentifierExtension.create(spki),
    ...(extendedKeyUsage ? [new x509.ExtendedKeyUsageExtension([...purposes])] : []),
    ...(alternativeNames.length > 0 ? [new x509.SubjectAlternativeNameExtension([...alternativeNames])] : []),
    ...(keyIdentifier ? [new x509.AuthorityKeyIdentifierExtension(keyIdentifier)] : []),
    // id-pkix-ocsp-nocheck, NULL
    ...(isUnchecked ? [new x509.Extension('1.3.6.1.5.5.7.48.1.5', false, new Uint8Array([0x05, 0x00]))] : []),
    ...(publication
      ? [
          new x509.CRLDistributionPointsExtension([publication.distributionPoint]),
          new x509.AuthorityInfoAccessExtension({ ocsp: publication.ocsp, caIssuers: publication.caIssuers }),
        ]
      : []),
  ]
}

function keyUsageFlags(usages: readonly KeyUsage[]): number {
  return usages.reduce((flags, usage) => flags | x509.KeyUsageFlags[usage], 0)
}
