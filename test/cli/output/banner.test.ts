import { expect, test } from 'vitest'
import { renderBanner } from '../../../src/cli/output/banner.ts'
import type { RunningHub } from '../../../src/cli/ports.ts'

const HUB: RunningHub = {
  mqttPort: 8884,
  apiPort: 3001,
  caFingerprint: 'AA:BB',
  caCreated: false,
  adminTokenFile: '/var/signet/admin-token',
  serverNames: ['localhost', '127.0.0.1'],
  reload: async () => undefined,
  [Symbol.asyncDispose]: async () => {},
}

test('the banner is what a person needs next, and nothing else', () => {
  expect(renderBanner(HUB, { version: '1.2.3', cwd: '/home', command: 'signet' })).toBe(`
  Signet 1.2.3

  MQTTS  mqtts://localhost:8884
  HTTPS  https://localhost:3001
  Names  localhost, 127.0.0.1
  CA     AA:BB
  Token  /var/signet/admin-token

  Next: signet device add my-device --user me

`)
})

test('a new hub tells where its first administrator signs in', () => {
  const link = 'https://localhost:3001/#/sign-in/secret'
  const banner = renderBanner(HUB, { version: '1.2.3', cwd: '/', command: 'signet' }, link)
  expect(banner).toContain(`\n\n  Set up within 15 minutes, once: ${link}\n\n  Next: `)
})

test('a CA that this start made is named as such', () => {
  const banner = renderBanner({ ...HUB, caCreated: true }, { version: '1.2.3', cwd: '/', command: 'signet' })
  expect(banner).toContain('CA     AA:BB (created now)\n')
})

test('a hub in memory has no file with a token', () => {
  const { adminTokenFile: _, ...hub } = HUB
  expect(renderBanner(hub, { version: '1.2.3', cwd: '/', command: 'signet' })).not.toContain('Token')
})
