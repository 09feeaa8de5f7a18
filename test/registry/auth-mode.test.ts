import { expect, test } from 'vitest'
import { type AuthMode, isLoginEnough, isStillEnough } from '../../src/registry/auth-mode.ts'

test('a login is enough where no certificate is asked for beside it', () => {
  const modes = ['mtls', 'token', 'https_only', 'mtls_or_token', 'mtls_and_token'] as const
  expect(modes.filter(isLoginEnough)).toEqual(['token', 'mtls_or_token'])
})

const MODES: readonly AuthMode[] = ['mtls', 'token', 'https_only', 'mtls_or_token', 'mtls_and_token']

for (const { shown, modes } of [
  { shown: { certificate: true, login: false }, modes: ['mtls', 'mtls_or_token'] },
  { shown: { certificate: false, login: true }, modes: ['token', 'mtls_or_token'] },
  { shown: { certificate: true, login: true }, modes: ['mtls', 'token', 'mtls_or_token', 'mtls_and_token'] },
  { shown: { certificate: false, login: false }, modes: ['https_only'] },
]) {
  test(`${JSON.stringify(shown)} is still enough in ${modes.join(', ')}`, () => {
    expect(MODES.filter((mode) => isStillEnough(mode, shown))).toEqual(modes)
  })
}
