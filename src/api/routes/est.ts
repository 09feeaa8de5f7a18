import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { DomainError } from '../../errors.ts'
import type { RecordRefusal } from '../../refusal.ts'
import type { ApiAdmissions } from '../../registry/api-admission.ts'
import type { AdmittedEnrolment, Enrolments } from '../../registry/enrolment/enrolments.ts'
import type { Renewals } from '../../registry/renewals.ts'
import { deviceAuthentication } from '../access/device-authentication.ts'
import { enrolmentAuthentication } from '../access/enrolment-authentication.ts'
import { recordDenial } from '../access/refused-caller.ts'
import type { ApiEnv } from '../api-env.ts'
import { BAD_BODY, BAD_CALLER, BAD_REQUEST, CONFLICT, PUBLIC, problem } from '../operation.ts'
import type { EnrolmentPapers, TrustAnchor } from '../ports.ts'
import { requestBody } from '../request/request-body.ts'

// RFC 7030 §4.1.3, §4.2.3, §4.5.2
const CERTIFICATES_TYPE = 'application/pkcs7-mime; smime-type=certs-only'
const ATTRIBUTES_TYPE = 'application/csrattrs'
const PKCS10 = /^application\/pkcs10(?:;|$)/i
const MAX_REQUEST_OCTETS = 8_192
const RETRY_SECONDS = 60
const DEFAULT_PROFILE = 'default'

const tags = ['enrolment']
const base64 = { schema: z.string().openapi({ format: 'byte' }) }
const certificates = (description: string) => ({
  description,
  content: { 'application/pkcs7-mime': base64 },
})
const byToken = { enrolmentToken: [] }
const byCertificate = { deviceCertificate: [] }

export interface EstDependencies {
  readonly enrolments: Enrolments
  readonly renewals: Pick<Renewals, 'admit'>
  readonly apiAdmissions: Pick<ApiAdmissions, 'whyBadToken'>
  readonly enrolmentPapers: EnrolmentPapers
  readonly trust: TrustAnchor
}

/** Enrolment over Secure Transport, RFC 7030; a label in its paths is the name of a profile (§3.2.2). */
export function estRoutes(dependencies: EstDependencies, recordRefusal: RecordRefusal) {
  const routes = new OpenAPIHono<ApiEnv>()
  addRoutes(routes, '', {}, dependencies, recordRefusal)
  addRoutes(routes, '/{profile}', { params: z.object({ profile: z.string() }) }, dependencies, recordRefusal)
  return routes
}

function addRoutes(
  routes: OpenAPIHono<ApiEnv>,
  prefix: string,
  labelled: { readonly params?: z.ZodObject },
  { enrolments, renewals, apiAdmissions, enrolmentPapers, trust }: EstDependencies,
  recordRefusal: RecordRefusal,
): void {
  const calls = describe(prefix, labelled)
  const body = requestBody(() => MAX_REQUEST_OCTETS)
  routes
    .openapi(calls.cacerts, (c) => {
      const pem = `${trust.caCertificatePem}\n${trust.anchorPem}`
      return answerBase64(c, CERTIFICATES_TYPE, enrolmentPapers.encodeCertificates(pem))
    })
    .openapi(calls.csrattrs, (c) =>
      answerBase64(c, ATTRIBUTES_TYPE, enrolmentPapers.encodeAttributes(labelOf(c) ?? DEFAULT_PROFILE)),
    )
    .openapi(
      {
        ...calls.simpleenroll,
        middleware: [enrolmentAuthentication(enrolments, renewals, apiAdmissions, recordRefusal), body],
      },
      (c) => (c.var.enrolment ? enrol(c, c.var.enrolment) : reenrol(c)),
    )
    .openapi(
      { ...calls.simplereenroll, middleware: [deviceAuthentication(renewals, apiAdmissions, recordRefusal), body] },
      reenrol,
    )

  async function enrol(c: Context<ApiEnv>, admitted: AdmittedEnrolment): Promise<Response> {
    const { address } = c.env.origin
    const request = await readRequest(c)
    const presented = { identity: `device:${admitted.deviceId}`, token: admitted.token.id }
    const enrolled = await recordDenial(c, recordRefusal, presented, () =>
      enrolments.enrol(admitted, { request, profile: labelOf(c) }, address),
    )
    // RFC 7030 §4.2.3: the device asks again, with the same request.
    if ('waiting' in enrolled) return c.body(null, 202, { 'retry-after': String(RETRY_SECONDS), ...NO_STORE })
    return answerBase64(c, CERTIFICATES_TYPE, enrolmentPapers.encodeCertificates(enrolled.certificatePem))
  }

  async function reenrol(c: Context<ApiEnv>): Promise<Response> {
    const { id, fingerprint, peer } = c.var.device
    const request = await readRequest(c)
    const presented = { identity: `device:${id}`, fingerprint }
    const { certificatePem } = await recordDenial(c, recordRefusal, presented, () =>
      enrolments.reenrol(peer, { request, profile: labelOf(c) }),
    )
    return answerBase64(c, CERTIFICATES_TYPE, enrolmentPapers.encodeCertificates(certificatePem))
  }
}

function describe(prefix: string, labelled: { readonly params?: z.ZodObject }) {
  const binary = z.string().openapi({ format: 'byte', description: 'PKCS#10: base64 of the DER, the DER or PEM' })
  const request = { ...labelled, body: { required: true, content: { 'application/pkcs10': { schema: binary } } } }
  const refused = { ...BAD_BODY, ...BAD_CALLER, ...CONFLICT }
  return {
    cacerts: createRoute({
      method: 'get',
      path: `${prefix}/cacerts`,
      tags,
      ...PUBLIC,
      summary: 'The certificates that devices verify the hub and each other with (RFC 7030 §4.1)',
      request: labelled,
      responses: { 200: certificates('CMS without a signature, base64') },
    }),
    csrattrs: createRoute({
      method: 'get',
      path: `${prefix}/csrattrs`,
      tags,
      ...PUBLIC,
      summary: 'The kinds of keys that a request may be for (RFC 7030 §4.5)',
      request: labelled,
      responses: { 200: { description: 'CsrAttrs, base64', content: { [ATTRIBUTES_TYPE]: base64 } }, ...BAD_REQUEST },
    }),
    simpleenroll: createRoute({
      method: 'post',
      path: `${prefix}/simpleenroll`,
      tags,
      security: [byToken, byCertificate],
      summary: 'The first certificate of a device, for the key of its request (RFC 7030 §4.2.1)',
      request,
      responses: {
        200: certificates('The certificate alone'),
        202: { description: 'An administrator has to approve it: the same request, after Retry-After seconds' },
        ...refused,
        429: problem('Too many wrong tokens for this id from this address'),
      },
    }),
    simplereenroll: createRoute({
      method: 'post',
      path: `${prefix}/simplereenroll`,
      tags,
      security: [byCertificate],
      summary: 'Renew the certificate that the device shows, for the key of its request (RFC 7030 §4.2.2)',
      request,
      responses: { 200: certificates('The certificate alone'), ...refused },
    }),
  }
}

async function readRequest({ req }: Context<ApiEnv>): Promise<Uint8Array> {
  if (!PKCS10.test(req.header('content-type') ?? '')) {
    throw new DomainError('unsupported_media_type', 'Send the certificate request as application/pkcs10')
  }
  return new Uint8Array(await req.arrayBuffer())
}

function labelOf({ req }: Context<ApiEnv>): string | undefined {
  return req.param('profile')
}

const NO_STORE = { 'cache-control': 'no-store' }

/** RFC 4648 §3.1: in one line. strongSwan's client takes nothing else. */
function answerBase64(c: Context<ApiEnv>, type: string, der: Uint8Array): Response {
  const isPublic = c.req.method === 'GET'
  return c.body(Buffer.from(der).toString('base64'), 200, {
    'content-type': type,
    'content-transfer-encoding': 'base64',
    ...(isPublic ? {} : NO_STORE),
  })
}
