import { z } from '@hono/zod-openapi'
import type { AdministratorCertificate } from '../../registry/administrator-certificates.ts'
import type { IssuedToAdministrator } from '../../registry/issuance.ts'
import { roleSchema } from './api-token.ts'
import { certificateStateSchema, shapeLife } from './certificate.ts'
import { administratorNameSchema } from './identifier.ts'
import { keyWishes } from './issued-certificate.ts'

export const administratorIssueSchema = z
  .strictObject({
    name: administratorNameSchema,
    role: roleSchema.optional().openapi({
      description: 'None: the one the administrator has, or admin; another one holds for its older certificates too',
    }),
    ...keyWishes,
  })
  .openapi('AdministratorCertificateRequest')

export const administratorIssuedSchema = z
  .object({
    name: z.string(),
    role: roleSchema,
    clientCert: z.string(),
    clientKey: z.string().openapi({ description: 'PKCS#8 PEM; held nowhere else, shown this once' }),
    caCert: z.string(),
    fingerprint: z.string(),
    notAfter: z.iso.datetime(),
  })
  .openapi('IssuedAdministratorCertificate')

export const administratorCertificateSchema = z
  .object({
    name: z.string(),
    role: roleSchema,
    fingerprint: z.string(),
    state: certificateStateSchema,
    createdAt: z.iso.datetime(),
    serialNumber: z.string().nullable(),
    notBefore: z.iso.datetime().nullable(),
    notAfter: z.iso.datetime().nullable(),
    firstSeenAt: z.iso.datetime().nullable(),
    retiresAt: z.iso.datetime().nullable(),
    revokedAt: z.iso.datetime().nullable(),
    revocationReason: z.string().nullable(),
  })
  .openapi('AdministratorCertificate')

export const administratorRevocationSchema = z
  .object({ message: z.string(), name: z.string(), revokedAt: z.iso.datetime() })
  .openapi('AdministratorRevocation')

/** `caCert` verifies the API, and not MQTT as a device's does. */
export function shapeAdministratorIssued(
  {
    administrator: { name, role },
    certificate: { pem, fingerprint, notAfter },
    privateKeyPem,
  }: Omit<IssuedToAdministrator, 'caCertificatePem'>,
  caCertificatePem: string,
): z.infer<typeof administratorIssuedSchema> {
  return {
    name,
    role,
    clientCert: pem,
    clientKey: privateKeyPem,
    caCert: caCertificatePem,
    fingerprint,
    notAfter: notAfter.toISOString(),
  }
}

export function shapeAdministratorCertificate({
  administrator: { name, role },
  certificate,
  state,
}: AdministratorCertificate): z.infer<typeof administratorCertificateSchema> {
  const { fingerprint, createdAt } = certificate
  return { name, role, fingerprint, state, createdAt: createdAt.toISOString(), ...shapeLife(certificate) }
}
