import { signal } from '@preact/signals'
import type { ApiClient } from './api-client.ts'
import { ProblemError } from './problem.ts'

/** Who is signed in, as GET /api/session says it. */
export interface Session {
  readonly name: string
  readonly role: string
  readonly permissions: readonly string[]
  readonly via: 'link' | 'token' | 'certificate' | 'local'
  readonly expiresAt: string | null
}

export type Permission = 'administer' | 'operate' | 'publish' | 'read'

/** Undefined until the hub was asked, null while nobody is signed in. */
export const session = signal<Session | null | undefined>(undefined)

/** What a role may not do is not shown. */
export function may(permission: Permission): boolean {
  return session.value?.permissions.includes(permission) ?? false
}

export async function findSession(api: ApiClient): Promise<void> {
  try {
    session.value = (await api.get<Session | undefined>('api/session')) ?? null
  } catch (error) {
    if (!(error instanceof ProblemError) || error.problem.status !== 401) throw error
    session.value = null
  }
}

/** With the secret of a link, or a token; throws what the hub says of it. */
export async function signIn(api: ApiClient, proof: { readonly link: string } | { readonly token: string }) {
  session.value = await api.send<Session>('POST', 'api/session', proof)
}

export async function signOut(api: ApiClient): Promise<undefined> {
  await api.send('DELETE', 'api/session')
  session.value = null
}
