import type { IssuedCertificate } from '../../registry/issuance.ts'
import type { CreateKeyStore, TrustAnchor } from '../ports.ts'
import { fileNameOf, type HandedFile } from './handed-file.ts'

/** Makes the one file that browsers, phones and programs take a key with its certificate from. */
export type MakeKeyStoreFile = (
  issued: Pick<IssuedCertificate, 'certificate' | 'privateKeyPem'>,
  password: string,
) => Promise<HandedFile>

export function keyStoreFiles(createKeyStore: CreateKeyStore, trust: TrustAnchor): MakeKeyStoreFile {
  return async ({ certificate, privateKeyPem }, password) => {
    const contents = {
      name: certificate.subjectId,
      certificatePem: certificate.pem,
      privateKeyPem,
      // Its own chain, and what verifies MQTTS where that is another CA's: whoever loads the file trusts the hub by it.
      caCertificatesPem: trust.caCertificatePem + trust.anchorPem,
    }
    const octets = await createKeyStore(contents, password)
    return { name: `${fileNameOf(certificate.subjectId)}.p12`, type: 'application/x-pkcs12', octets }
  }
}
