import { z } from '@hono/zod-openapi'
import type { CertificateAuthorityState } from '../ports.ts'

export const certificateAuthoritySchema = z
  .object({
    state: z.enum(['unlocked', 'locked']).openapi({ description: 'Locked, nothing is issued; all else goes on' }),
    cause: z
      .object({ code: z.string(), detail: z.string() })
      .nullable()
      .openapi({ description: 'Why it is locked, and what mends it' }),
    keyStore: z.enum(['memory', 'file', 'hsm']).openapi({ description: 'Where its private key lies' }),
    encrypted: z
      .boolean()
      .openapi({ description: 'Whether a passphrase, or the PIN of an HSM, stands before the key' }),
    keyAlgorithm: z.string().openapi({ example: 'ec-p256' }),
    subject: z.string(),
    fingerprint: z.string().openapi({ description: 'SHA-256 of its certificate' }),
    notAfter: z.iso.datetime(),
  })
  .openapi('CertificateAuthority')

export const unlockSchema = z
  .object({
    passphrase: z
      .string()
      .min(1)
      .max(1024)
      .optional()
      .openapi({ description: "Of the key's file, or the PIN of its HSM; none: the one that is configured" }),
  })
  .openapi('UnlockRequest')

export function shapeCertificateAuthority(authority: CertificateAuthorityState) {
  const { fault, keyStore, isProtected, keyAlgorithm, subject, fingerprint, notAfter } = authority
  return {
    state: fault ? ('locked' as const) : ('unlocked' as const),
    cause: fault ? { code: fault.code, detail: fault.message } : null,
    keyStore,
    encrypted: isProtected,
    keyAlgorithm,
    subject,
    fingerprint,
    notAfter: notAfter.toISOString(),
  }
}
