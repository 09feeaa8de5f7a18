import { z } from '@hono/zod-openapi'
import { shortFingerprint } from '../../identifiers.ts'
import type {
  AuthorityFacts,
  AuthorityRotationStatus,
  AuthorityWish,
  ListedAuthority,
} from '../../registry/authority-rotation.ts'
import type { Certificate } from '../../registry/certificate.ts'
import type { ForeignAuthority } from '../../registry/foreign-authority.ts'
import { pageSchema, shapePage } from '../pagination.ts'
import { keyAlgorithmSchema } from './issued-certificate.ts'

const facts = {
  fingerprint: z.string(),
  subject: z.string(),
  notBefore: z.iso.datetime(),
  notAfter: z.iso.datetime(),
}

const authorityFactsSchema = z.object(facts).openapi('AuthorityFacts')

export const authoritySchema = z
  .object({
    ...facts,
    state: z.enum(['issuing', 'retiring', 'retired']),
    retiredAt: z.iso.datetime().nullable(),
    certificate: z.string().openapi({ description: 'PEM; of one that issues with what leads to its root' }),
    revocationList: z.string().openapi({ description: 'Path of the CRL that it signs' }),
  })
  .openapi('Authority')

export const authorityListSchema = z.object({ items: z.array(authoritySchema) })

const pem = z.string().min(1).max(100_000)

export const authorityRotationSchema = z
  .strictObject({
    keyAlgorithm: keyAlgorithmSchema.optional(),
    hierarchy: z.enum(['single', 'two_tier']).optional(),
    certificate: pem
      .optional()
      .openapi({ description: 'Of a CA that was made elsewhere, alone or with its chain; PEM' }),
    key: pem.optional().openapi({ description: 'Its private key, not encrypted; PEM' }),
    chain: pem.optional().openapi({ description: 'What leads to its root, where that is kept apart; PEM' }),
  })
  .refine(({ certificate, key }) => (certificate === undefined) === (key === undefined), {
    message: 'certificate and key go together',
    path: ['key'],
  })
  .refine((wish) => wish.key === undefined || (!wish.keyAlgorithm && !wish.hierarchy), {
    message: 'keyAlgorithm and hierarchy are of a CA that is made here',
    path: ['keyAlgorithm'],
  })
  .refine(({ certificate, chain }) => chain === undefined || certificate !== undefined, {
    message: 'chain goes with certificate and key',
    path: ['chain'],
  })
  .openapi('AuthorityRotationRequest')

export const retirementSchema = z
  .strictObject({
    force: z.boolean().optional().openapi({ description: 'Cut off whoever still depends on it' }),
  })
  .openapi('RetirementRequest')

const counts = z.object({
  device: z.int(),
  service: z.int(),
  administrator: z.int(),
  server: z.int(),
})

const dependentSchema = z
  .object({
    kind: z.enum(['device', 'service', 'administrator', 'server']),
    id: z.string(),
    fingerprint: z.string(),
    notAfter: z.iso.datetime().nullable(),
  })
  .openapi('AuthorityRotationDependent')

export const authorityRotationStatusSchema = z
  .object({
    underway: z.boolean(),
    since: z.iso.datetime().nullable(),
    current: authorityFactsSchema,
    retiring: authorityFactsSchema.nullable(),
    dependents: counts.openapi({ description: 'How many have a good certificate of the retiring CA' }),
    moved: z.object({ issued: z.int(), connected: z.int() }).openapi({
      description: 'Devices with a certificate of the present CA, and those of them that have connected with it',
    }),
    ...pageSchema(dependentSchema).shape,
  })
  .openapi('AuthorityRotation')

export const retiredSchema = z.object({ retired: authorityFactsSchema }).openapi('Retirement')
export const begunSchema = z.object({ current: authorityFactsSchema }).openapi('AuthorityRotationBegun')

const REGISTRATIONS = {
  automatic: 'automatic',
  pending: 'pending',
  denied: 'denied',
} as const satisfies { readonly [Name in ForeignAuthority['registration']]: Name }

const owner = z.string().openapi({ description: 'A user, or {OU} or {O} for that attribute of the subject' })

export const trustAnchorChangeSchema = z
  .strictObject({ registration: z.enum(REGISTRATIONS).optional(), owner: owner.optional() })
  .openapi('TrustAnchorChange')

export const trustAnchorRequestSchema = trustAnchorChangeSchema
  .extend({
    certificate: pem.openapi({ description: 'Of the CA that signs the certificates of the devices itself; PEM' }),
  })
  .openapi('TrustAnchorRequest')

export const trustAnchorSchema = z
  .object({
    fingerprint: z.string(),
    certificate: z.string(),
    registration: z.enum(REGISTRATIONS),
    owner: z.string(),
    createdAt: z.iso.datetime(),
  })
  .openapi('TrustAnchor')

export function readWish(body: z.infer<typeof authorityRotationSchema>): AuthorityWish {
  const { certificate, key, chain, ...wish } = body
  return certificate === undefined || key === undefined ? wish : { imported: { certificate, key, chain } }
}

export function shapeFacts({ fingerprint, subject, notBefore, notAfter }: AuthorityFacts) {
  return { fingerprint, subject, notBefore: notBefore.toISOString(), notAfter: notAfter.toISOString() }
}

export function shapeAuthority({ state, retiredAt, ...authority }: ListedAuthority): z.infer<typeof authoritySchema> {
  return {
    ...shapeFacts(authority),
    state,
    retiredAt: retiredAt?.toISOString() ?? null,
    certificate: authority.certificatePem,
    revocationList: `/pki/authorities/${shortFingerprint(authority.fingerprint)}/ca.crl`,
  }
}

export function shapeAuthorityRotation(status: AuthorityRotationStatus): z.infer<typeof authorityRotationStatusSchema> {
  const { current, retiring, since, dependents, moved, certificates } = status
  return {
    underway: retiring !== undefined,
    since: since?.toISOString() ?? null,
    current: shapeFacts(current),
    retiring: retiring ? shapeFacts(retiring) : null,
    dependents: { device: 0, service: 0, administrator: 0, server: 0, ...dependents },
    moved,
    ...shapePage(certificates, shapeDependent),
  }
}

function shapeDependent({ kind, subjectId: id, fingerprint, notAfter }: Certificate): z.infer<typeof dependentSchema> {
  return { kind, id, fingerprint, notAfter: notAfter?.toISOString() ?? null }
}

export function shapeTrustAnchor(authority: ForeignAuthority): z.infer<typeof trustAnchorSchema> {
  const { fingerprint, certificatePem: certificate, registration, owner, createdAt } = authority
  return { fingerprint, certificate, registration, owner, createdAt: createdAt.toISOString() }
}
