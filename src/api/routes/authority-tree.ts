import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import type { AuthorityRotations } from '../../registry/authority-rotation.ts'
import type { ForeignAuthorities } from '../../registry/foreign-authorities.ts'
import type { Guard } from '../access/guard.ts'
import type { ApiEnv } from '../api-env.ts'
import type { ObservationPorts } from '../observation-ports.ts'
import { BAD_CALLER, json } from '../operation.ts'
import { authorityTreeSchema, shapeAuthorityTree } from '../resources/authority-tree.ts'

const show = createRoute({
  method: 'get',
  path: '/tree',
  tags: ['certificate authorities'],
  summary: 'The CA with its chain, its revocation list and OCSP signer, the CAs before it, and those of others',
  responses: { 200: json(authorityTreeSchema, 'The CAs'), ...BAD_CALLER },
})

export interface AuthorityTreeRouteParts extends Pick<ObservationPorts, 'authorityPublications'> {
  readonly authorityRotations: Pick<AuthorityRotations, 'list' | 'status'>
  readonly foreignAuthorities: Pick<ForeignAuthorities, 'list'>
}

export function authorityTreeRoutes(
  { authorityPublications, authorityRotations, foreignAuthorities }: AuthorityTreeRouteParts,
  guard: Guard,
) {
  return new OpenAPIHono<ApiEnv>().openapi({ ...show, middleware: guard('read') }, (c) => {
    const tree = shapeAuthorityTree({
      publications: authorityPublications(),
      status: authorityRotations.status({ limit: 1 }),
      authorities: authorityRotations.list(),
      foreign: foreignAuthorities.list(),
    })
    return c.json(tree, 200)
  })
}
