import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { DomainError } from '../../errors.ts'
import type { Renewed } from '../../registry/renewals.ts'
import type { ApiEnv } from '../api-env.ts'
import { exact } from '../exact.ts'
import { deviceIssueSchema } from './issued-certificate.ts'

const csr = z.string().min(1).openapi({ description: 'PKCS#10 (RFC 2986) as PEM; only its key is taken' })

export const deviceRequestSchema = deviceIssueSchema
  .omit({ keyAlgorithm: true })
  .extend({ csr: csr.optional() })
  .strict()
  .openapi('DeviceSigningRequest')

const { userId, profile, onExisting } = deviceRequestSchema.shape

/** A request that is sent as itself has no place for these in its body. */
export const deviceRequestQuerySchema = z.strictObject({
  userId,
  profile,
  onExisting,
  validityDays: z.coerce.number().int().min(1).optional(),
  overlapHours: z.coerce.number().min(0).max(8760).optional(),
})

export const renewalSchema = z.strictObject({ csr: csr.optional() }).openapi('RenewalRequest')

const certified = {
  deviceId: z.string(),
  clientCert: z.string(),
  caCert: z.string(),
  fingerprint: z.string(),
  notAfter: z.iso.datetime(),
}

export const certifiedKeySchema = z.object(certified).openapi('CertifiedDeviceKey')

export const renewedSchema = z
  .object({
    ...certified,
    clientKey: z
      .string()
      .optional()
      .openapi({ description: 'PKCS#8 PEM, where no request was sent; held nowhere else, shown this once' }),
  })
  .openapi('RenewedDeviceCertificate')

export function shapeCertifiedKey({ certificate, caCertificatePem, privateKeyPem: clientKey }: Renewed) {
  return {
    deviceId: certificate.subjectId,
    clientCert: certificate.pem,
    ...exact({ clientKey }),
    caCert: caCertificatePem,
    fingerprint: certificate.fingerprint,
    notAfter: certificate.notAfter.toISOString(),
  }
}

interface JsonBody<Schema> {
  // Not required, or the validator would refuse every body that is not JSON.
  readonly required: false
  readonly content: { readonly 'application/json': { readonly schema: Schema } }
}

/** A body of JSON with `csr` in it, or the request itself (RFC 5967 §5); only the first is what the validator reads. */
export function signingRequestBody<Schema extends z.ZodType>(schema: Schema): JsonBody<Schema> {
  const binary = { type: 'string', format: 'binary' }
  const content = { 'application/json': { schema }, 'application/pkcs10': { schema: binary } }
  return { required: false, content }
}

const JSON_TYPE = /^application\/(?:[a-z-.]+\+)?json(?:;|$)/i
const PKCS10 = /^application\/(?:pkcs10|x-pem-file)(?:;|$)/i

/** The request that came, as JSON or as itself; none where there is none. Throws `unsupported_media_type`. */
export async function readSigningRequest(
  { req }: Context<ApiEnv>,
  json: { readonly csr?: string | undefined },
): Promise<Uint8Array | undefined> {
  const type = req.header('content-type') ?? ''
  if (JSON_TYPE.test(type)) return json.csr === undefined ? undefined : Buffer.from(json.csr)
  const body = new Uint8Array(await req.arrayBuffer())
  if (body.length === 0) return undefined
  if (PKCS10.test(type)) return body
  throw new DomainError(
    'unsupported_media_type',
    'Send the certificate request as application/pkcs10 (DER or PEM), or as {"csr": "..."} in application/json',
  )
}
