import { X509Certificate } from 'node:crypto'
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { ApiEnv } from '../api-env.ts'
import { preferredLanguage } from '../language.ts'
import { PUBLIC } from '../operation.ts'
import { renderTrustPage } from '../pages/trust-page.ts'
import { TRUST_POLICY } from '../pages/trust-style.ts'
import type { HttpsIdentity, TrustAnchor } from '../ports.ts'
import { originAsCome } from '../request/own-origin.ts'

const show = createRoute({
  method: 'get',
  path: '/pki/',
  tags: ['public key infrastructure'],
  ...PUBLIC,
  summary: 'How browsers, systems and programs come to trust the certificate authority, for people',
  responses: { 200: { description: 'A page', content: { 'text/html': { schema: z.string() } } } },
})

export function trustPageRoutes(trust: TrustAnchor, https: HttpsIdentity) {
  return new OpenAPIHono<ApiEnv>()
    .openapi(show, (c) => {
      c.header('content-security-policy', TRUST_POLICY)
      c.header('vary', 'Accept-Language')
      const language = preferredLanguage(c.req.header('accept-language')) ?? 'en'
      c.header('content-language', language)
      const certificates = readCertificates(trust.caCertificatePem)
      return c.html(renderTrustPage({ language, origin: originAsCome(c.req.url, https), certificates }), 200)
    })
    .all('/pki', (c) => c.redirect('pki/', 308))
}

function readCertificates(pem: string): readonly X509Certificate[] {
  const blocks = pem.matchAll(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)
  return [...blocks].map(([block]) => new X509Certificate(block))
}
