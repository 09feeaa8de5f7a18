import { z } from '@hono/zod-openapi'
import { parseFingerprint, parseId, parseSerialNumber } from '../../identifiers.ts'

const ID_RULE = 'Letters, digits, ".", "_", "-", ":", "@"; first and last a letter or digit; at most 64; no ".."'

/** These throw their own named errors: `invalid_id`, `invalid_fingerprint`, `invalid_serial_number`. */
export const deviceIdSchema = idSchema('device', 'device-001')
export const userIdSchema = idSchema('user', 'user-1')
export const serviceNameSchema = idSchema('service', 'backend')
export const administratorNameSchema = idSchema('administrator', 'eva')
export const policyNameSchema = idSchema('policy', 'sensors')

export const fingerprintSchema = z
  .string()
  .transform((text) => parseFingerprint(text))
  .openapi({ type: 'string', description: 'SHA-256 of the DER: upper or lower case, with or without colons' })

export const serialNumberSchema = z
  .string()
  .transform((text) => parseSerialNumber(text))
  .openapi({ type: 'string', description: 'Hexadecimal: upper or lower case, with or without colons' })

/** Names of policies to attach; the registry knows which exist. */
export const policyNamesSchema = z.array(z.string()).max(100)

function idSchema(noun: Parameters<typeof parseId>[1], example: string) {
  return z
    .string()
    .transform((text) => parseId(text, noun))
    .openapi({ type: 'string', maxLength: 64, description: ID_RULE, example })
}
