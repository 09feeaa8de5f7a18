/** How a check ended; a note is worth reading and nothing to mend here. */
export type FindingStatus = 'ok' | 'note' | 'warning' | 'failed'

type Nothing = Readonly<Record<never, never>>

interface Party {
  readonly kind: 'device' | 'service'
  readonly id: string
}

/** What a check can find, by its code, and what each sentence is made of; times are RFC 3339. */
export interface FindingValues {
  readonly ready: Nothing
  readonly not_ready: { readonly check: string }
  readonly backup_failed: Nothing
  readonly backup_missing: Nothing
  readonly backup_overdue: { readonly at: string }
  readonly ca_key_locked: Nothing
  readonly ca_refused: Nothing
  readonly crl_behind: Nothing
  readonly crl_unsigned: Nothing
  readonly certificate_ending: { readonly at: string }
  readonly certificate_early: { readonly at: string }
  readonly certificate_not_taken: Nothing
  readonly listening: { readonly listeners: string }
  readonly clock: { readonly now: string }
  readonly clock_early: { readonly now: string; readonly subject: string; readonly notBefore: string }
  readonly ca_expired: { readonly subject: string; readonly at: string }
  readonly ca_ends: { readonly subject: string; readonly at: string; readonly days: number }
  readonly server_expired: { readonly subject: string; readonly at: string }
  readonly server_ends: { readonly subject: string; readonly at: string; readonly days: number }
  readonly names: { readonly names: string }
  readonly names_alone: { readonly names: string }
  readonly host_missing: { readonly host: string; readonly names: string }
  /** In MiB. */
  readonly disk: { readonly free: number; readonly total: number }
  readonly nobody_refused: Nothing
  readonly lately_refused: {
    readonly cause: string
    readonly count: number
    readonly whom: string
    readonly more: number
    readonly mend: string
  }
  readonly active: Party
  readonly suspended: Party
  readonly suspected: Party & { readonly at: string; readonly sign: string; readonly action: string }
  readonly login: { readonly name: string }
  readonly no_certificate: Party
  readonly certificate_unfit: Party & {
    readonly fingerprint: string
    readonly state: string
    readonly revokedAt?: string | undefined
    readonly revocationReason?: string | undefined
    readonly notAfter?: string | undefined
  }
  readonly certificate_active: Party & {
    readonly fingerprint: string
    readonly notAfter?: string | undefined
    readonly days?: number | undefined
    readonly firstSeenAt?: string | undefined
  }
  readonly connected: { readonly clientId: string; readonly address: string }
  readonly silent: Nothing
  readonly last_seen: { readonly at: string }
  readonly left: { readonly at: string }
  readonly away: { readonly event: string; readonly at: string; readonly reason?: string | undefined }
  readonly refused: {
    readonly at: string
    readonly address: string
    readonly count: number
    readonly cause: string
    readonly expected?: string | undefined
    /** Whether it has proved who it is. */
    readonly isItself: boolean
    readonly mend: string
  }
}

export type FindingCode = keyof FindingValues

/** How each finding is told in a language, and what is to be done about it. */
export type FindingWords = {
  readonly [Code in FindingCode]: (values: FindingValues[Code]) => readonly [detail: string, mend?: string]
}

/** What is wrong and does not stop the hub from doing its work. */
export interface ReadinessWarning {
  readonly code: FindingCode
  readonly values: FindingValues[FindingCode]
  readonly detail: string
}
