import { z } from '@hono/zod-openapi'
import type { IssuedCertificate } from '../../registry/certificates.ts'
import type { KeyAlgorithm } from '../../registry/ports.ts'
import type { BrokerAddress } from '../ports.ts'
import { userIdSchema } from './identifier.ts'

const KEY_ALGORITHMS = {
  'ec-p256': 'ec-p256',
  'rsa-2048': 'rsa-2048',
  'rsa-3072': 'rsa-3072',
  'rsa-4096': 'rsa-4096',
  ed25519: 'ed25519',
} as const satisfies { readonly [Name in KeyAlgorithm]: Name }

/** The IETF's Idempotency-Key header: a request that is repeated under it makes no second certificate. */
export const idempotencyHeaderSchema = z.object({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/)
    .optional(),
})

export const keyAlgorithmSchema = z.enum(KEY_ALGORITHMS)

export const keyWishes = {
  validityDays: z.int().min(1).optional(),
  keyAlgorithm: keyAlgorithmSchema.optional(),
}

const profileSchema = z
  .string()
  .max(32)
  .optional()
  .openapi({ description: 'One of `profiles` in the configuration; none: default' })

export const deviceIssueSchema = z
  .strictObject({
    ...keyWishes,
    userId: userIdSchema.optional(),
    profile: profileSchema,
    onExisting: z.enum(['rotate', 'replace', 'fail']).optional(),
    overlapHours: z.number().min(0).max(8760).optional(),
  })
  .openapi('DeviceCertificateRequest')

export const serviceIssueSchema = z
  .strictObject({ ...keyWishes, profile: profileSchema })
  .openapi('ServiceCertificateRequest')

const issued = {
  clientCert: z.string(),
  clientKey: z.string().openapi({ description: 'PKCS#8 PEM; held nowhere else, shown this once' }),
  caCert: z.string(),
  fingerprint: z.string(),
  brokerUrl: z.string(),
  mqttSecurePort: z.int(),
}

export const deviceIssuedSchema = z.object({ deviceId: z.string(), ...issued }).openapi('IssuedDeviceCertificate')

export const serviceIssuedSchema = z.object({ name: z.string(), ...issued }).openapi('IssuedServiceCertificate')

/** What a device or service needs to connect, beside its name. */
export function shapeIssued(
  { certificate, privateKeyPem, caCertificatePem }: IssuedCertificate,
  { brokerHost, mqttPort }: BrokerAddress,
) {
  return {
    clientCert: certificate.pem,
    clientKey: privateKeyPem,
    caCert: caCertificatePem,
    fingerprint: certificate.fingerprint,
    brokerUrl: brokerHost,
    mqttSecurePort: mqttPort,
  }
}
