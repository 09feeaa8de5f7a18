import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { DEFAULT_PROFILE, type LeafProfile } from '../../src/ca/leaf-profile.ts'
import { createMemoryAuthority } from '../../src/ca/memory-authority.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { hasOpenssl, openssl } from './openssl.ts'

const NOON = new Date('2026-11-22T12:00:00.000Z')
const authority = await createMemoryAuthority(() => NOON)

function profile(wishes: Partial<LeafProfile>): LeafProfile {
  return { ...DEFAULT_PROFILE, name: 'own', ...wishes }
}

describe('a profile', () => {
  test('says how long, for minutes too, and how long at most', async () => {
    const short = profile({ validitySeconds: 60, maxValiditySeconds: 120 })
    const own = await authority.issueDevice('d', 'u', { profile: short })
    expect(own.notAfter).toEqual(new Date(NOON.getTime() + 60_000))
    expect(own.notBefore).toEqual(new Date(NOON.getTime() - 300_000))
    const wanted = await authority.issueDevice('d', 'u', { profile: short, validitySeconds: 120 })
    expect(wanted.notAfter).toEqual(new Date(NOON.getTime() + 120_000))
    await expect(authority.issueService('s', { profile: short, validitySeconds: 121 })).rejects.toMatchObject({
      code: 'profile_violation',
      message: 'The profile own asks for a life from 1m to 2m, not 121s',
    })
  })

  test('chooses among the keys that it allows, and refuses others before one is made', async () => {
    const rsa = profile({ keyAlgorithms: ['rsa-2048', 'ec-p384'] })
    const { certificatePem } = await authority.issueDevice('d', 'u', { profile: rsa })
    expect(new X509Certificate(certificatePem).publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048)
    for (const { wishes, message } of [
      { wishes: { profile: rsa, keyAlgorithm: 'ed25519' }, message: /a key of rsa-2048 or ec-p384, not ed25519/ },
      { wishes: { profile: profile({ keyAlgorithms: ['ec-p384'] }) }, message: /let the device make it/ },
    ] as const) {
      await expect(authority.issueDevice('d', 'u', wishes)).rejects.toMatchObject({
        code: 'profile_violation',
        message: expect.stringMatching(message),
      })
    }
  })

  for (const { name, publicKey } of [
    { name: 'ec-p256', ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) },
    { name: 'ec-p384', ...generateKeyPairSync('ec', { namedCurve: 'P-384' }) },
    { name: 'rsa-2048', ...generateKeyPairSync('rsa', { modulusLength: 2048 }) },
    { name: 'ed25519', ...generateKeyPairSync('ed25519') },
  ]) {
    test(`takes the key of a request where it allows ${name}, and no other kind`, async () => {
      const only = profile({ keyAlgorithms: [name] })
      expect(await authority.certifyDevice('d', 'u', publicKey, { profile: only })).toHaveProperty('certificatePem')
      const none = profile({ keyAlgorithms: ['rsa-4096'] })
      await expect(authority.certifyDevice('d', 'u', publicKey, { profile: none })).rejects.toMatchObject({
        code: 'profile_violation',
        message: `The profile own asks for a key of rsa-4096, not ${name}`,
      })
    })
  }

  test('adds names and purposes, and a device whose id is no such name gets no certificate', async () => {
    const named = profile({
      alternativeNames: ['DNS:{device}.example.com', 'URI:urn:example:{user}:{device}'],
      extendedKeyUsage: ['eapOverLAN', 'clientAuth', '1.3.6.1.4.1.99999.1'],
    })
    const { certificatePem } = await authority.issueDevice('d1', 'u1', { profile: named })
    const certificate = new X509Certificate(certificatePem)
    expect(certificate.subjectAltName).toBe(
      'URI:urn:signet:user:u1:device:d1, DNS:d1.example.com, URI:urn:example:u1:d1',
    )
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.14', '1.3.6.1.4.1.99999.1'])
    await expect(authority.issueDevice('aa:bb', 'u1', { profile: named })).rejects.toMatchObject({
      code: 'profile_violation',
      message: 'The profile own asks for ids that fit into DNS:{device}.example.com, not aa:bb of user u1',
    })
    await expect(authority.issueService('s', { profile: named })).rejects.toMatchObject({ code: 'profile_violation' })
  })

  test.skipIf(!hasOpenssl.available)('makes certificates that openssl accepts strictly', async () => {
    await using folder = await temporaryFolder()
    const named = profile({ alternativeNames: ['DNS:{device}.example.com'], extendedKeyUsage: ['eapOverLAN'] })
    const { certificatePem } = await authority.issueDevice('d1', 'u1', { profile: named })
    await writeFile(join(folder.path, 'ca.pem'), authority.caCertificatePem)
    await writeFile(join(folder.path, 'd.pem'), certificatePem)
    const at = ['-attime', String(NOON.getTime() / 1000)]
    const verified = await openssl(
      folder.path,
      ...['verify', '-x509_strict', '-purpose', 'sslclient', ...at, '-CAfile', 'ca.pem', 'd.pem'],
    )
    expect(verified).toContain('d.pem: OK')
    await expect(
      openssl(folder.path, ...['verify', '-purpose', 'sslserver', ...at, '-CAfile', 'ca.pem', 'd.pem']),
    ).rejects.toThrow()
  })
})
