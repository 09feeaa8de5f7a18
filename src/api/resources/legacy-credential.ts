import { z } from '@hono/zod-openapi'
import type { ImportedPassword } from '../../registry/import/import-request.ts'
import type { LegacyCredential } from '../../registry/legacy-credential.ts'
import type { LegacyRequest } from '../../registry/legacy-credentials.ts'
import { exact } from '../exact.ts'

const DIGEST_CHARACTERS = 256
// What one comparison may cost: each step of bcrypt's doubles it.
const MAX_BCRYPT_COST = 14
const MAX_ITERATIONS = 2_000_000

const octets = z.base64().min(1).max(DIGEST_CHARACTERS)
const salt = z.base64().max(DIGEST_CHARACTERS)
const macFunction = z.enum(['sha256', 'sha512'])

const bcryptSchema = z.strictObject({
  algorithm: z.literal('bcrypt'),
  digest: z
    .string()
    .regex(/^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/, 'bcrypt in the modular crypt form: $2b$10$...')
    .refine((digest) => isCheap(digest), `a cost of 4 to ${MAX_BCRYPT_COST}`),
})

const pbkdf2Schema = z.strictObject({
  algorithm: z.literal('pbkdf2'),
  digest: octets.refine((text) => lengthOf(text) >= 16, 'at least 16 octets'),
  salt,
  iterations: z.int().min(1).max(MAX_ITERATIONS),
  macFunction,
})

const saltedSchemas = {
  sha256: saltedSchema('sha256', 32),
  sha512: saltedSchema('sha512', 64),
}

const passwordHashSchema = z
  .discriminatedUnion('algorithm', [bcryptSchema, pbkdf2Schema, saltedSchemas.sha256, saltedSchemas.sha512])
  .openapi('PasswordHash', { description: 'As EMQX and Mosquitto keep it; digest and salt are base64, bcrypt is text' })

const userNameSchema = z.string().regex(/^[^\p{Cc}]{1,256}$/u, '1 to 256 characters, none of them a control character')

export const endsAtSchema = z.iso.datetime({ offset: true })

export const legacyRequestSchema = z
  .strictObject({
    userName: userNameSchema.optional().openapi({ description: "Absent: the device's id" }),
    hash: passwordHashSchema,
    endsAt: endsAtSchema.openapi({ description: 'Within a year' }),
  })
  .openapi('LegacyCredentialRequest')

export const legacySchema = z
  .object({ userName: z.string(), endsAt: z.iso.datetime() })
  .openapi('LegacyCredential', { description: 'An imported password, which ends' })

export function readLegacyRequest({ endsAt, ...request }: z.infer<typeof legacyRequestSchema>): LegacyRequest {
  return { ...exact(request), endsAt: new Date(endsAt) }
}

const passwordSchema = z.object({ userName: userNameSchema, hash: passwordHashSchema })

/** A password of a fleet: what is wrong with one is said of its device, and stops none of the others. */
export function readPassword(password: { readonly userName: string; readonly hash: object }): ImportedPassword {
  const { success, data, error } = passwordSchema.safeParse(password)
  if (success) return data
  const faults = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  return { userName: password.userName, fault: faults.join(', ') }
}

export function shapeLegacy({
  userName,
  endsAt,
}: Pick<LegacyCredential, 'userName' | 'endsAt'>): z.infer<typeof legacySchema> {
  return { userName, endsAt: endsAt.toISOString() }
}

function saltedSchema<const Algorithm extends 'sha256' | 'sha512'>(algorithm: Algorithm, length: number) {
  return z.strictObject({
    algorithm: z.literal(algorithm),
    digest: octets.refine((text) => lengthOf(text) === length, `${length} octets`),
    salt: salt.default(''),
    saltPosition: z.enum(['prefix', 'suffix']).default('prefix'),
  })
}

function lengthOf(base64: string): number {
  return Buffer.from(base64, 'base64').length
}

function isCheap(digest: string): boolean {
  const cost = Number(digest.slice(4, 6))
  return cost >= 4 && cost <= MAX_BCRYPT_COST
}
