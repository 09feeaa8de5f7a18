/** What a client must show to be let in. */
export type AuthMode = 'mtls' | 'token' | 'https_only' | 'mtls_or_token' | 'mtls_and_token'
