import { expect, test } from 'vitest'
import { isLoginEnough } from '../../src/registry/auth-mode.ts'

test('a login is enough where no certificate is asked for beside it', () => {
  const modes = ['mtls', 'token', 'https_only', 'mtls_or_token', 'mtls_and_token'] as const
  expect(modes.filter(isLoginEnough)).toEqual(['token', 'mtls_or_token'])
})
