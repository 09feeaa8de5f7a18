import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { DomainError } from '../../errors.ts'
import type { RecordRefusal, RefusalCause } from '../../refusal.ts'
import type { Claims } from '../../registry/claims.ts'
import type { ApiEnv } from '../api-env.ts'
import { exact } from '../exact.ts'
import type { MakeBundle } from '../hand-over/bundle-file.ts'
import { handedFile, respondWithFile } from '../hand-over/handed-file.ts'
import type { MakeKeyStoreFile } from '../hand-over/key-store-file.ts'
import { preferredLanguage } from '../language.ts'
import { BAD_BODY, CONFLICT, jsonBody, NOT_FOUND, PUBLIC, problem } from '../operation.ts'
import { CLAIM_POLICY, renderClaimPage } from '../pages/claim-page.ts'
import { redemptionSchema } from '../resources/claim.ts'

const tags = ['claims']
const path = '/claim'

const show = createRoute({
  method: 'get',
  path,
  tags,
  ...PUBLIC,
  summary: 'Where a claim link leads: a page for people, which has the key made once its button is pressed',
  responses: { 200: { description: 'A page', content: { 'text/html': { schema: z.string() } } } },
})

const redeem = createRoute({
  method: 'post',
  path,
  tags,
  ...PUBLIC,
  summary: 'Make key and certificate for whoever shows the secret of a claim link, once',
  request: { body: jsonBody(redemptionSchema) },
  responses: {
    201: {
      description: 'A folder with examples, or one file under a password',
      content: {
        ...handedFile('application/zip', '').content,
        ...handedFile('application/x-pkcs12', '').content,
      },
    },
    ...BAD_BODY,
    ...CONFLICT,
    ...NOT_FOUND,
    410: problem('The link was used, or has expired'),
    429: problem('Too many links from this address were wrong'),
  },
})

export interface ClaimPageOptions {
  readonly claims: Pick<Claims, 'redeem'>
  readonly makeBundle: MakeBundle
  readonly makeKeyStoreFile: MakeKeyStoreFile
  readonly recordRefusal: RecordRefusal
}

export function claimPageRoutes({ claims, makeBundle, makeKeyStoreFile, recordRefusal }: ClaimPageOptions) {
  return new OpenAPIHono<ApiEnv>()
    .openapi(show, (c) => {
      const language = preferredLanguage(c.req.header('accept-language')) ?? 'en'
      c.header('content-security-policy', CLAIM_POLICY)
      c.header('vary', 'Accept-Language')
      c.header('content-language', language)
      return c.html(renderClaimPage(language), 200)
    })
    .openapi(redeem, async (c) => {
      const wish = c.req.valid('json')
      c.header('cache-control', 'no-store')
      const { surface, address } = c.env.origin
      const issued = await claims.redeem(wish.secret, address).catch((error: unknown) => {
        const cause = error instanceof DomainError ? CAUSES.get(error.code) : undefined
        if (cause) recordRefusal(exact({ surface, address, cause }))
        throw error
      })
      return respondWithFile(
        c,
        await (wish.as === 'p12' ? makeKeyStoreFile(issued, wish.password) : makeBundle(issued)),
      )
    })
}

const CAUSES: ReadonlyMap<string, RefusalCause> = new Map([
  ['claim_not_found', 'claim_unknown'],
  ['claim_used', 'claim_closed'],
  ['claim_expired', 'claim_closed'],
  ['too_many_attempts', 'claim_over_limit'],
])
