import type { TestHub } from './test-hub.ts'

/** What `/readyz` answers: its status, and each check by its name. */
export async function readReadiness(hub: Pick<TestHub, 'api'>): Promise<Readonly<Record<string, unknown>>> {
  const { status, json } = await hub.api('GET', '/readyz', { token: null })
  const checks: readonly { readonly name: string; readonly ok: boolean }[] = json().checks
  return { status, ...Object.fromEntries(checks.map(({ name, ok }) => [name, ok])) }
}

export async function untilReady(hub: Pick<TestHub, 'api'>): Promise<void> {
  while ((await hub.api('GET', '/readyz', { token: null })).status !== 200);
}
