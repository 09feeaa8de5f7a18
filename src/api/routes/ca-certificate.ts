import { X509Certificate } from 'node:crypto'
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { accepts } from 'hono/accepts'
import { DomainError } from '../../errors.ts'
import { shortFingerprint } from '../../identifiers.ts'
import type { AuthorityRotations } from '../../registry/authority-rotation.ts'
import type { ApiEnv } from '../api-env.ts'
import { json, NOT_FOUND, PUBLIC } from '../operation.ts'
import type { TrustAnchor } from '../ports.ts'

const JSON_TYPE = 'application/json'
// RFC 8555 §9.1; the other is what OpenSSL's documents and many tools say
const PEM_TYPE = 'application/pem-certificate-chain'
const PEM_TYPES = [PEM_TYPE, 'application/x-pem-file']
// RFC 5280 §4.2.2.1
const DER_TYPE = 'application/pkix-cert'

const tags = ['public key infrastructure']
const pem = { schema: z.string() }
const der = { schema: z.string().openapi({ format: 'binary' }) }

const show = createRoute({
  method: 'get',
  path: '/api/devices/certificates/ca/certificate',
  tags,
  ...PUBLIC,
  summary: 'The certificate that devices verify the hub with, in the form that Accept asks for',
  responses: {
    200: {
      description: 'JSON unless PEM or DER is asked for',
      content: {
        ...json(z.object({ caCert: z.string() }), '').content,
        'application/pem-certificate-chain': pem,
        'application/x-pem-file': pem,
        'application/pkix-cert': der,
      },
    },
  },
})

const showPem = createRoute({
  method: 'get',
  path: '/pki/ca.pem',
  tags,
  ...PUBLIC,
  summary: 'The certificate of the certificate authority, PEM',
  responses: { 200: { description: 'PEM', content: { 'application/pem-certificate-chain': pem } } },
})

const showDer = createRoute({
  method: 'get',
  path: '/pki/ca.cer',
  tags,
  ...PUBLIC,
  summary: 'The certificate of the certificate authority, DER',
  responses: { 200: { description: 'DER', content: { 'application/pkix-cert': der } } },
})

const showOfAuthority = createRoute({
  method: 'get',
  path: '/pki/authorities/{id}/ca.cer',
  tags,
  ...PUBLIC,
  summary:
    'The certificate of one CA of the hub, by the first 16 digits of its fingerprint, as its certificates name it (RFC 5280 id-ad-caIssuers), DER',
  request: { params: z.object({ id: z.string() }) },
  responses: { 200: { description: 'DER', content: { 'application/pkix-cert': der } }, ...NOT_FOUND },
})

export function caCertificateRoutes(trust: TrustAnchor, authorities: Pick<AuthorityRotations, 'list'>) {
  return new OpenAPIHono<ApiEnv>()
    .openapi(show, (c) => {
      c.header('vary', 'Accept')
      const supports = [JSON_TYPE, ...PEM_TYPES, DER_TYPE]
      const type = accepts(c, { header: 'Accept', supports, default: JSON_TYPE })
      if (type === DER_TYPE) return c.body(readDer(trust.anchorPem), 200, { 'content-type': type })
      if (type !== JSON_TYPE) return c.body(trust.anchorPem, 200, { 'content-type': type })
      return c.json({ caCert: trust.anchorPem }, 200)
    })
    .openapi(showPem, (c) => c.body(trust.caCertificatePem, 200, { 'content-type': PEM_TYPE }))
    .openapi(showDer, (c) => c.body(readDer(trust.caCertificatePem), 200, { 'content-type': DER_TYPE }))
    .openapi(showOfAuthority, (c) => {
      const { id } = c.req.valid('param')
      const found = authorities.list().find(({ fingerprint }) => shortFingerprint(fingerprint) === id)
      if (found) return c.body(readDer(found.certificatePem), 200, { 'content-type': DER_TYPE })
      throw new DomainError('authority_not_found', `The hub never had a CA whose fingerprint begins with ${id}`)
    })
}

/** One certificate: DER has no form for a chain, so with two tiers it is the issuing one. */
function readDer(pem: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new X509Certificate(pem).raw)
}
