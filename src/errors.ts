/** Every reason for which Signet says no to a caller; the codes are part of the API and never change. */
export const ERROR_CODES = [
  'already_issued',
  'authority_exists',
  'authority_in_use',
  'authority_not_found',
  'authority_unfit',
  'backend_timeout',
  'backend_unreachable',
  'bad_request',
  'ban_not_found',
  'body_too_large',
  'ca_key_in_clear',
  'ca_key_in_hsm',
  'ca_locked',
  'case_conflict',
  'certificate_exists',
  'certificate_not_found',
  'certificate_not_pending',
  'certificate_unreadable',
  'client_id_taken',
  'configuration_fixed',
  'configuration_invalid',
  'csr_invalid',
  'data_folder_in_use',
  'database_corrupt',
  'database_too_new',
  'device_exists',
  'device_not_found',
  'device_owned_by_another_user',
  'device_suspended',
  'file_invalid',
  'file_permissions',
  'file_unreachable',
  'forbidden',
  'forwarding_loop',
  'hsm_unavailable',
  'hub_stopping',
  'hub_unreachable',
  'internal_error',
  'invalid_fingerprint',
  'invalid_id',
  'invalid_policy',
  'invalid_reason',
  'invalid_serial_number',
  'invalid_topic_name',
  'issuer_expired',
  'issuer_retired',
  'key_compromised',
  'key_in_use',
  'key_mismatch',
  'key_not_allowed',
  'locked_out',
  'method_not_allowed',
  'misdirected_request',
  'not_found',
  'owner_unknown',
  'packet_too_large',
  'passphrase_missing',
  'passphrase_weak',
  'passphrase_wrong',
  'policy_in_use',
  'policy_not_found',
  'port_unavailable',
  'private_key_refused',
  'profile_violation',
  'renewal_too_early',
  'root_key_missing',
  'rotation_not_underway',
  'rotation_underway',
  'service_exists',
  'service_not_found',
  'session_not_found',
  'store_full',
  'token_not_found',
  'too_many_attempts',
  'unauthorized',
  'unsupported_media_type',
  'upgrade_required',
  'user_name_taken',
] as const

export type ErrorCode = (typeof ERROR_CODES)[number]

/** A "no" that names its cause: a stable code for programs, a sentence that tells an administrator what to do. */
export class DomainError extends Error {
  readonly code: ErrorCode
  /** What a program may need of it, by name. */
  readonly details: Readonly<Record<string, string>>

  constructor(
    code: ErrorCode,
    message: string,
    { details = {}, ...options }: ErrorOptions & { readonly details?: Readonly<Record<string, string>> } = {},
  ) {
    super(message, options)
    this.name = 'DomainError'
    this.code = code
    this.details = details
  }
}
