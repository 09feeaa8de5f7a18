import { z } from '@hono/zod-openapi'
import { administratorIssueSchema } from './administrator-certificate.ts'
import { deviceIssueSchema, serviceIssueSchema } from './issued-certificate.ts'

const MIN_CHARACTERS = 8
const MAX_CHARACTERS = 128

/** Of a PKCS#12 file, which anybody who copies it may guess at for as long as he likes. */
export const keyStorePasswordSchema = z
  .string()
  .min(MIN_CHARACTERS)
  .max(MAX_CHARACTERS)
  .regex(/^\P{C}*$/u, 'A password has no control characters')
  .openapi({ description: 'Asked for where the file is opened; the hub forgets it', format: 'password' })

const password = keyStorePasswordSchema

export const deviceKeyStoreSchema = deviceIssueSchema.extend({ password }).strict().openapi('DeviceKeyStoreRequest')

export const serviceKeyStoreSchema = serviceIssueSchema.extend({ password }).strict().openapi('ServiceKeyStoreRequest')

export const administratorKeyStoreSchema = administratorIssueSchema
  .extend({ password })
  .strict()
  .openapi('AdministratorKeyStoreRequest')
