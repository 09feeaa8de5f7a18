import type { Role } from '../../src/registry/api-token.ts'
import type { Credentials, TestHub } from './test-hub.ts'

/** Asks as the administrator of the machine, which every mode lets in; resolves to the answer's body. */
// biome-ignore lint/suspicious/noExplicitAny: what the API answers is described by its own schemas, and tested there
export async function administer(hub: TestHub, method: string, path: string, body?: unknown): Promise<any> {
  const sent = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  const answer = await hub.hub.fetch(new Request(`https://localhost${path}`, { method, ...sent }))
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}

export async function createAdministrator(
  hub: TestHub,
  name: string,
  request: { readonly role?: Role; readonly validityDays?: number } = {},
): Promise<Credentials & { readonly fingerprint: string }> {
  const issued = await administer(hub, 'POST', '/api/admin-certificates', { name, ...request })
  const { clientCert, clientKey, fingerprint } = issued
  return { cert: clientCert, key: clientKey, fingerprint }
}

export async function createApiToken(
  hub: TestHub,
  name: string,
  { role = 'admin', ...request }: { readonly role?: Role; readonly expiresAt?: string } = {},
): Promise<{ readonly id: string; readonly token: string }> {
  return administer(hub, 'POST', '/api/tokens', { name, role, ...request })
}

export async function refusalsOf(hub: TestHub): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return (await administer(hub, 'GET', '/api/diagnostics/refusals')).items
}
