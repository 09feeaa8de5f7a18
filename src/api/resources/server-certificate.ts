import { z } from '@hono/zod-openapi'
import type { IssuedServerCertificate } from '../../registry/server-certificates.ts'
import type { OwnServerCertificate } from '../ports.ts'
import { keyAlgorithmSchema } from './issued-certificate.ts'

export const serverIssueSchema = z
  .strictObject({
    names: z
      .array(z.string())
      .min(1)
      .max(100)
      .openapi({ description: 'DNS names and IP addresses of the server, the first of which it is listed by' }),
    keyAlgorithm: keyAlgorithmSchema.optional(),
  })
  .openapi('ServerCertificateRequest')

export const serverIssuedSchema = z
  .object({
    names: z.array(z.string()),
    serverCert: z.string().openapi({ description: 'The certificate and the CAs below the root' }),
    serverKey: z.string().openapi({ description: 'PKCS#8 PEM; held nowhere else, shown this once' }),
    caCert: z.string().openapi({ description: 'What clients verify the server with' }),
    fingerprint: z.string(),
    serialNumber: z.string(),
    notAfter: z.iso.datetime(),
  })
  .openapi('IssuedServerCertificate')

export const ownCertificateSchema = z
  .object({ names: z.array(z.string()), fingerprint: z.string(), notAfter: z.iso.datetime() })
  .openapi('OwnServerCertificate')

export const serverRevocationSchema = z
  .object({ message: z.string(), fingerprint: z.string(), revokedAt: z.iso.datetime() })
  .openapi('ServerCertificateRevocation')

export function shapeServerIssued(issued: IssuedServerCertificate): z.infer<typeof serverIssuedSchema> {
  return {
    names: [...issued.names],
    serverCert: issued.chainPem,
    serverKey: issued.privateKeyPem,
    caCert: issued.caCertificatePem,
    fingerprint: issued.fingerprint,
    serialNumber: issued.serialNumber,
    notAfter: issued.notAfter.toISOString(),
  }
}

export function shapeOwnCertificate(own: OwnServerCertificate): z.infer<typeof ownCertificateSchema> {
  return { names: [...own.names], fingerprint: own.certificate.fingerprint256, notAfter: own.notAfter.toISOString() }
}
