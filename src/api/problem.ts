import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { ErrorCode } from '../errors.ts'
import type { ApiEnv } from './api-env.ts'
import { EVERY_ANSWER } from './security-headers.ts'

/** RFC 9457: what every refusal and failure looks like. */
export const problemSchema = z
  .object({
    type: z.string().openapi({ example: 'urn:signet:problem:certificate_not_found' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().openapi({ description: 'Stable; programs decide by it' }),
    requestId: z.uuid(),
    errors: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .readonly()
      .optional(),
    dependents: z.string().optional().openapi({ description: 'How many depend on what was to be retired' }),
    fingerprint: z.string().optional().openapi({ description: 'Of the certificate that was issued already' }),
    deviceCode: z.string().optional().openapi({ description: 'The code that a device answered a call with' }),
    deviceMessage: z.string().optional().openapi({ description: 'Its sentence' }),
    keyOf: z.string().optional().openapi({ description: 'Fingerprint of the certificate whose key was sent' }),
  })
  .openapi('Problem')

export type Problem = z.infer<typeof problemSchema>
export type InputError = NonNullable<Problem['errors']>[number]

const PROBLEMS = {
  already_issued: [409, 'Already issued'],
  // RFC 6585 §4
  attempts_over_limit: [429, 'Attempts over limit'],
  authority_exists: [409, 'Authority exists'],
  authority_in_use: [409, 'Authority in use'],
  authority_not_found: [404, 'Authority not found'],
  authority_unfit: [400, 'Authority unfit'],
  backend_timeout: [504, 'Backend timeout'],
  backend_unreachable: [502, 'Backend unreachable'],
  backup_damaged: [422, 'Backup damaged'],
  backup_of_another_ca: [409, 'Backup of another CA'],
  backup_outdated: [409, 'Backup outdated'],
  backup_running: [409, 'Backup running'],
  backup_too_new: [422, 'Backup too new'],
  backup_unavailable: [409, 'Backup unavailable'],
  bad_request: [400, 'Bad request'],
  ban_not_found: [404, 'Ban not found'],
  body_too_large: [413, 'Body too large'],
  ca_key_in_clear: [409, 'CA key in the clear'],
  ca_key_in_hsm: [409, 'CA key in an HSM'],
  ca_locked: [503, 'CA locked'],
  // No status of RFC 9110 says it, and nobody is there to read it: the one that proxies log.
  call_cancelled: [499, 'Call cancelled'],
  case_conflict: [409, 'Ids differ only in case'],
  certificate_exists: [409, 'Certificate exists'],
  certificate_not_found: [404, 'Certificate not found'],
  certificate_not_held: [409, 'Certificate not held'],
  certificate_not_pending: [409, 'Certificate not pending'],
  certificate_revoked: [409, 'Certificate revoked'],
  certificate_unreadable: [400, 'Certificate unreadable'],
  claim_expired: [410, 'Claim expired'],
  claim_not_found: [404, 'Claim not found'],
  claim_used: [410, 'Claim used'],
  client_id_taken: [409, 'Client id taken'],
  configuration_fixed: [409, 'Configuration fixed'],
  configuration_invalid: [422, 'Configuration invalid'],
  csr_invalid: [400, 'CSR invalid'],
  data_folder_in_use: [500, 'Data folder in use'],
  database_corrupt: [500, 'Database corrupt'],
  database_too_new: [500, 'Database too new'],
  delivery_not_found: [404, 'Delivery not found'],
  device_error: [502, 'Device error'],
  device_exists: [409, 'Device exists'],
  device_not_found: [404, 'Device not found'],
  device_offline: [409, 'Device offline'],
  device_owned_by_another_user: [409, 'Device owned by another user'],
  device_suspended: [409, 'Device suspended'],
  device_timeout: [504, 'Device timeout'],
  enrolment_id_wrong: [403, 'Enrolment id wrong'],
  enrolment_not_found: [404, 'Enrolment not found'],
  enrolment_not_pending: [409, 'Enrolment not pending'],
  enrolment_rejected: [403, 'Enrolment rejected'],
  enrolment_token_ended: [403, 'Enrolment token ended'],
  enrolments_full: [503, 'Enrolments full'],
  file_invalid: [500, 'File invalid'],
  file_permissions: [500, 'File permissions'],
  file_unreachable: [503, 'File unreachable'],
  forbidden: [403, 'Forbidden'],
  forwarding_loop: [508, 'Forwarding loop'],
  hsm_unavailable: [503, 'HSM unavailable'],
  hub_stopping: [503, 'Hub stopping'],
  hub_unreachable: [502, 'Hub unreachable'],
  internal_error: [500, 'Internal error'],
  invalid_fingerprint: [400, 'Invalid fingerprint'],
  invalid_id: [400, 'Invalid id'],
  invalid_policy: [400, 'Invalid policy'],
  invalid_reason: [400, 'Invalid reason'],
  invalid_serial_number: [400, 'Invalid serial number'],
  invalid_topic_name: [400, 'Invalid topic name'],
  issuer_expired: [503, 'Issuer expired'],
  issuer_retired: [409, 'Issuer retired'],
  key_compromised: [409, 'Key compromised'],
  key_in_use: [409, 'Key in use'],
  key_mismatch: [400, 'Key mismatch'],
  key_not_allowed: [400, 'Key not allowed'],
  locked_out: [409, 'Locked out'],
  method_not_allowed: [405, 'Method not allowed'],
  misdirected_request: [421, 'Misdirected request'],
  not_found: [404, 'Not found'],
  owner_unknown: [409, 'Owner unknown'],
  packet_too_large: [413, 'Packet too large'],
  passphrase_missing: [400, 'Passphrase missing'],
  passphrase_weak: [400, 'Passphrase weak'],
  passphrase_wrong: [403, 'Passphrase wrong'],
  policy_in_use: [409, 'Policy in use'],
  policy_not_found: [404, 'Policy not found'],
  port_unavailable: [503, 'Port unavailable'],
  private_key_refused: [400, 'Private key refused'],
  profile_violation: [400, 'Profile violation'],
  readers_over_limit: [429, 'Readers over limit'],
  renewal_in_progress: [409, 'Renewal in progress'],
  renewal_too_early: [409, 'Renewal too early'],
  request_name_wrong: [403, 'Request name wrong'],
  request_timeout: [408, 'Request timeout'],
  root_key_missing: [409, 'Root key missing'],
  rotation_ended: [409, 'Rotation ended'],
  rotation_not_found: [404, 'Rotation not found'],
  rotation_not_underway: [409, 'Rotation not underway'],
  rotation_underway: [409, 'Rotation underway'],
  service_exists: [409, 'Service exists'],
  service_not_found: [404, 'Service not found'],
  session_not_found: [404, 'Session not found'],
  sign_in_link_expired: [410, 'Sign-in link expired'],
  sign_in_link_not_found: [404, 'Sign-in link not found'],
  sign_in_link_used: [410, 'Sign-in link used'],
  store_full: [507, 'Store full'],
  token_not_found: [404, 'Token not found'],
  too_many_attempts: [429, 'Too many attempts'],
  too_many_calls: [429, 'Too many calls'],
  unauthorized: [401, 'Unauthorized'],
  unsupported_media_type: [415, 'Unsupported media type'],
  upgrade_required: [426, 'Upgrade required'],
  user_name_taken: [409, 'User name taken'],
  webhook_not_found: [404, 'Webhook not found'],
  webhooks_over_limit: [409, 'Too many webhooks'],
} as const satisfies Record<ErrorCode, readonly [status: number, title: string]>

// What a device has said, or a state that was told when it began: in the log it would be told again with every call.
const NO_FAILURES: ReadonlySet<ErrorCode> = new Set(['ca_locked', 'device_error', 'device_timeout', 'hub_stopping'])

/** Whether an administrator should know that the hub could not do what was asked. */
export function isHubFailure(code: ErrorCode): boolean {
  return PROBLEMS[code][0] >= 500 && !NO_FAILURES.has(code)
}

export interface ProblemRequest {
  readonly code: ErrorCode
  readonly detail: string
  readonly requestId: string
  readonly errors?: readonly InputError[]
  /** RFC 9457 §3.2: extension members. */
  readonly details?: Readonly<Record<string, string>>
}

export function createProblem({ code, detail, requestId, errors, details = {} }: ProblemRequest): Problem {
  const [status, title] = PROBLEMS[code]
  const problem = { ...details, type: `urn:signet:problem:${code}`, title, status, detail, code, requestId }
  return errors ? { ...problem, errors } : problem
}

export function createProblemResponse(request: ProblemRequest): Response {
  const problem = createProblem(request)
  return new Response(JSON.stringify(problem), { status: problem.status, headers: problemHeaders(problem) })
}

/** What the answer says beside the document. */
export function problemHeaders({ code, requestId }: Pick<Problem, 'code' | 'requestId'>): Record<string, string> {
  return {
    ...EVERY_ANSWER,
    'content-type': 'application/problem+json',
    'x-request-id': requestId,
    // RFC 9110 §11.6.1: a 401 names the scheme that would do
    ...(code === 'unauthorized' ? { 'www-authenticate': 'Bearer' } : {}),
  }
}

export function respondWithProblem(
  c: Context<ApiEnv>,
  code: ErrorCode,
  detail: string,
  more: Pick<ProblemRequest, 'errors' | 'details'> = {},
): Response {
  return createProblemResponse({ code, detail, requestId: c.var.requestId, ...more })
}
