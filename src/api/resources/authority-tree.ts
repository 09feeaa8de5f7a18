import { z } from '@hono/zod-openapi'
import { shortFingerprint } from '../../identifiers.ts'
import type { AuthorityRotationStatus, ListedAuthority } from '../../registry/authority-rotation.ts'
import type { ForeignAuthority } from '../../registry/foreign-authority.ts'
import type { AuthorityPublications, CaCertificate, SigningAuthority } from '../observation-ports.ts'

const certificateSchema = z
  .object({
    fingerprint: z.string(),
    subject: z.string(),
    serialNumber: z.string(),
    notBefore: z.iso.datetime(),
    notAfter: z.iso.datetime(),
  })
  .openapi('CaCertificate')

const signingSchema = z
  .object({
    chain: z.array(certificateSchema).openapi({ description: 'The one that issues first, its root last' }),
    hierarchy: z
      .enum(['single', 'two_tier'])
      .openapi({ description: 'Whether a root stands above the CA that issues' }),
    revocationList: z
      .object({
        path: z.string().openapi({ example: '/pki/authorities/0a1b2c3d4e5f6071/ca.crl' }),
        number: z.int(),
        thisUpdate: z.iso.datetime(),
        nextUpdate: z.iso.datetime(),
        entries: z.int().nullable().openapi({ description: 'Null: it was signed before the start of the hub' }),
        behind: z.boolean().openapi({ description: 'Whether it may lack what was revoked since' }),
      })
      .nullable(),
    ocspSignerEnds: z.iso.datetime().nullable().openapi({ description: 'Null: nobody has asked for a status yet' }),
  })
  .openapi('SigningAuthority')

export const authorityTreeSchema = z
  .object({
    current: signingSchema,
    retiring: signingSchema.nullable().openapi({ description: 'The one before it, while a rotation is under way' }),
    rotation: z
      .object({
        since: z.iso.datetime().nullable(),
        dependents: z.int().openapi({ description: 'Good certificates of the retiring CA' }),
        moved: z.object({ issued: z.int(), connected: z.int() }),
      })
      .nullable(),
    retired: z.array(
      z.object({
        fingerprint: z.string(),
        subject: z.string(),
        notAfter: z.iso.datetime(),
        retiredAt: z.iso.datetime().nullable(),
      }),
    ),
    trustAnchors: z
      .array(
        z.object({
          fingerprint: z.string(),
          registration: z.string(),
          owner: z.string(),
          createdAt: z.iso.datetime(),
        }),
      )
      .openapi({ description: 'CAs of others whose devices are let in' }),
  })
  .openapi('AuthorityTree')

export interface AuthorityTreeParts {
  readonly publications: AuthorityPublications
  readonly status: AuthorityRotationStatus
  readonly authorities: readonly ListedAuthority[]
  readonly foreign: readonly ForeignAuthority[]
}

export function shapeAuthorityTree(parts: AuthorityTreeParts): z.infer<typeof authorityTreeSchema> {
  const { publications, status, authorities, foreign } = parts
  const { current, retiring } = publications
  return {
    current: shapeSigning(current),
    retiring: retiring ? shapeSigning(retiring) : null,
    rotation: status.retiring ? shapeProgress(status) : null,
    retired: authorities
      .filter(({ state }) => state === 'retired')
      .map(({ fingerprint, subject, notAfter, retiredAt }) => ({
        fingerprint,
        subject,
        notAfter: notAfter.toISOString(),
        retiredAt: retiredAt?.toISOString() ?? null,
      })),
    trustAnchors: foreign.map(({ fingerprint, registration, owner, createdAt }) => ({
      fingerprint,
      registration,
      owner,
      createdAt: createdAt.toISOString(),
    })),
  }
}

function shapeProgress({ since, dependents, moved }: AuthorityRotationStatus) {
  const sum = Object.values(dependents).reduce((total, count) => total + count, 0)
  return { since: since?.toISOString() ?? null, dependents: sum, moved: { ...moved } }
}

function shapeSigning({
  chain,
  revocationList: list,
  ocspSignerEnds,
}: SigningAuthority): z.infer<typeof signingSchema> {
  const [issuing] = chain
  return {
    chain: chain.map(shapeCertificate),
    hierarchy: chain.length > 1 ? 'two_tier' : 'single',
    revocationList: list
      ? {
          path: `/pki/authorities/${shortFingerprint(issuing.fingerprint)}/ca.crl`,
          number: list.number,
          thisUpdate: list.thisUpdate.toISOString(),
          nextUpdate: list.nextUpdate.toISOString(),
          entries: list.entries ?? null,
          behind: list.isBehind,
        }
      : null,
    ocspSignerEnds: ocspSignerEnds?.toISOString() ?? null,
  }
}

function shapeCertificate({ fingerprint, subject, serialNumber, notBefore, notAfter }: CaCertificate) {
  return {
    fingerprint,
    subject,
    serialNumber,
    notBefore: notBefore.toISOString(),
    notAfter: notAfter.toISOString(),
  }
}
