/** What EMQX's HTTP authenticator sends; empty strings stand for absent values. */
export interface EmqxConnect {
  readonly clientid?: string
  readonly username?: string
  readonly cert_common_name?: string
  readonly cert_subject?: string
  readonly cert_pem?: string
}

export interface EmqxVerdict {
  readonly result: 'allow' | 'deny' | 'ignore'
  readonly is_superuser: false
  readonly client_attrs?: { readonly user: string }
  readonly expire_at?: number
  readonly acl?: readonly {
    readonly permission: 'allow' | 'deny'
    readonly action: 'publish' | 'subscribe' | 'all'
    readonly topic: string
  }[]
}

export interface EmqxAuthenticator {
  authenticate(connect: EmqxConnect, address: string): EmqxVerdict
}
