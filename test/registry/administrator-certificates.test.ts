import { X509Certificate } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { AuthMode } from '../../src/registry/auth-mode.ts'
import { createScene, DAY_MS, type Scene } from './registry-scene.ts'

describe('a certificate of an administrator', () => {
  test('names it, for a year, and lifts no ban', async () => {
    using scene = await createScene()
    const { certificate } = await scene.registry.administratorCertificates.issue({ name: 'eva' })
    const { subject, subjectAltName, keyUsage } = new X509Certificate(certificate.pem)
    expect({ subject, subjectAltName, keyUsage }).toEqual({
      subject: 'CN=eva',
      subjectAltName: 'URI:urn:signet:administrator:eva',
      keyUsage: ['1.3.6.1.5.5.7.3.2'],
    })
    expect(certificate.notAfter).toEqual(new Date(scene.clock().getTime() + 365 * DAY_MS))
    expect([scene.events, scene.lifted]).toEqual([['certificate.issued eva'], []])
  })

  test('is made once for a repeated request', async () => {
    using scene = await createScene()
    const { issue, list } = scene.registry.administratorCertificates
    const { certificate } = await issue({ name: 'eva', idempotencyKey: 'k' })
    await expect(issue({ name: 'eva', idempotencyKey: 'k' })).rejects.toMatchObject({
      code: 'already_issued',
      details: { fingerprint: certificate.fingerprint },
    })
    expect(list()).toHaveLength(1)
  })

  test('is one of two at most: a third ends the oldest', async () => {
    using scene = await createScene()
    const { issue } = scene.registry.administratorCertificates
    for (let count = 0; count < 3; count++) await issue({ name: 'eva' })
    expect(states(scene)).toEqual(['eva active', 'eva active', 'eva superseded'])
  })

  test('stands in the list with its state, by name, the newest first', async () => {
    using scene = await createScene()
    const { issue } = scene.registry.administratorCertificates
    await issue({ name: 'eva', validityDays: 1 })
    await issue({ name: 'adam' })
    await issue({ name: 'eva' })
    await scene.registry.certificates.issueToDevice({ deviceId: 'eva' })
    scene.advance(2 * DAY_MS)
    expect(states(scene)).toEqual(['adam active', 'eva active', 'eva expired'])
  })
})

describe('a revocation', () => {
  test('ends every certificate of one administrator, and says when again', async () => {
    using scene = await createScene()
    const { issue, revoke } = scene.registry.administratorCertificates
    for (const name of ['eva', 'eva', 'adam']) await issue({ name })
    const revokedAt = await revoke('eva', 'keyCompromise')
    scene.advance(1000)
    expect(await revoke('eva', 'unspecified')).toEqual(revokedAt)
    expect(states(scene)).toEqual(['adam active', 'eva revoked', 'eva revoked'])
  })

  test('of nobody is refused', async () => {
    using scene = await createScene()
    await expect(scene.registry.administratorCertificates.revoke('eva', 'unspecified')).rejects.toMatchObject({
      code: 'certificate_not_found',
    })
  })

  for (const { mode, isTold } of [
    { mode: 'token', isTold: true },
    { mode: 'mtls_or_token', isTold: true },
    { mode: 'mtls', isTold: false },
    { mode: 'mtls_and_token', isTold: false },
  ] as const satisfies readonly { mode: AuthMode; isTold: boolean }[]) {
    test(`${isTold ? 'tells' : 'does not tell'} of the tokens and sessions of that name in ${mode}`, async () => {
      using scene = await createScene({ apiAuth: { mode, openOnLoopback: false } })
      const { tokens, administratorCertificates, signIns } = scene.registry
      const expiresAt = new Date(scene.clock().getTime() + 1000)
      tokens.create({ name: 'eva', role: 'admin', expiresAt })
      tokens.create({ name: 'adam', role: 'admin' })
      const revoked = tokens.create({ name: 'eva', role: 'admin' })
      const { id } = tokens.create({ name: 'eva', role: 'auditor' })
      tokens.revoke(revoked.id)
      scene.advance(1000)
      const signIn = signIns.recognise({ link: signIns.createLink({ name: 'eva', role: 'admin' }).secret }, '192.0.2.7')
      signIns.open(signIn)
      const sessionId = signIn.session.id
      expect(administratorCertificates.thatLetIn('eva')).toEqual(
        isTold ? [`token ${id}`, `console session ${sessionId}`] : [],
      )
    })
  }
})

function states({ registry }: Scene): readonly string[] {
  return registry.administratorCertificates.list().map(({ administrator, state }) => `${administrator.name} ${state}`)
}
