import { createPrivateKey, X509Certificate } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type CertificateAuthority, createAuthority } from '../../src/ca/authority.ts'
import { createKeySigner } from '../../src/ca/ca-signer.ts'
import { createRootCertificate } from '../../src/ca/certificate.ts'
import { parseCertificates } from '../../src/ca/certificate-chain.ts'
import { planCertificate } from '../../src/ca/certificate-profile.ts'
import { generateKeyPair, type KeyAlgorithm } from '../../src/ca/key-pair.ts'
import { DEFAULT_PROFILE } from '../../src/ca/leaf-profile.ts'
import type { Clock } from '../../src/clock.ts'
import { readPeerCertificate } from '../../src/peer-identity.ts'
import type { ProfileIssuer } from '../../src/registry/profiles.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { hasOpenssl, printed, verify } from './openssl.ts'

const DAY = 86_400_000

interface Wanted {
  readonly caKey?: KeyAlgorithm
  readonly keyAlgorithm?: KeyAlgorithm
  readonly clock?: Clock
}

async function createRootAuthority({ caKey = 'ec-p256', keyAlgorithm, clock = () => new Date() }: Wanted = {}) {
  const keyPair = await generateKeyPair(caKey)
  const plan = planCertificate({ kind: 'root', name: 'Root' }, clock())
  const { certificatePem } = await createRootCertificate(plan, keyPair)
  return createAuthority({
    certificates: parseCertificates(certificatePem, 'ca-cert.pem'),
    caCertificatePem: certificatePem,
    signer: createKeySigner(keyPair.privateKey),
    clock,
    ...(keyAlgorithm && { keyAlgorithm }),
  })
}

describe('a leaf', () => {
  test('of a device has its id as the only CN, and a key of its own', async () => {
    const authority = await createRootAuthority()
    // What the registry asks of a CA.
    const issuer: ProfileIssuer = authority
    const issued = await issuer.issueDevice('aa:bb@x', 'default', { profile: DEFAULT_PROFILE })
    const certificate = new X509Certificate(issued.certificatePem)
    expect(readPeerCertificate(certificate)).toMatchObject({
      commonNames: ['aa:bb@x'],
      fingerprint: issued.fingerprint,
      serialNumber: issued.serialNumber,
      notBefore: issued.notBefore,
      notAfter: issued.notAfter,
    })
    expect(certificate.subjectAltName).toBe('URI:urn:signet:user:default:device:aa%3Abb%40x')
    expect(certificate.checkPrivateKey(createPrivateKey(issued.privateKeyPem))).toBe(true)
    expect(certificate.checkIssued(authority.certificate)).toBe(true)
    expect(certificate.verify(authority.certificate.publicKey)).toBe(true)
    expect(certificate.ca).toBe(false)
    expect(issued.privateKeyPem).toMatch(/^-----BEGIN PRIVATE KEY-----\n/)
  })

  test('never shares its serial number', async () => {
    const authority = await createRootAuthority()
    const issued = await Promise.all(Array.from({ length: 20 }, () => authority.issueService('s', {})))
    expect(new Set(issued.map(({ serialNumber }) => serialNumber)).size).toBe(20)
  })

  for (const { caKey, keyAlgorithm, asked, expected } of [
    { caKey: 'ec-p256', keyAlgorithm: undefined, asked: undefined, expected: 'ec' },
    { caKey: 'rsa-2048', keyAlgorithm: undefined, asked: undefined, expected: 'rsa' },
    { caKey: 'ed25519', keyAlgorithm: undefined, asked: undefined, expected: 'ec' },
    { caKey: 'rsa-2048', keyAlgorithm: 'ec-p256', asked: undefined, expected: 'ec' },
    { caKey: 'ec-p256', keyAlgorithm: 'ed25519', asked: undefined, expected: 'ed25519' },
    { caKey: 'ec-p256', keyAlgorithm: 'ed25519', asked: 'rsa-2048', expected: 'rsa' },
  ] as const) {
    test(`of a ${caKey} CA, option ${keyAlgorithm}, request ${asked}: has a key of type ${expected}`, async () => {
      const authority = await createRootAuthority({ caKey, ...(keyAlgorithm && { keyAlgorithm }) })
      const { privateKeyPem } = await authority.issueDevice('d', 'u', asked ? { keyAlgorithm: asked } : {})
      expect(createPrivateKey(privateKeyPem).asymmetricKeyType).toBe(expected)
    })
  }

  test('of a server is Ed25519 only by explicit choice, because browsers do not take it', async () => {
    const authority = await createRootAuthority({ keyAlgorithm: 'ed25519' })
    const usual = await authority.issueServer(['hub'])
    const chosen = await authority.issueServer(['hub'], 'ed25519')
    expect(createPrivateKey(usual.privateKeyPem).asymmetricKeyType).toBe('ec')
    expect(createPrivateKey(chosen.privateKeyPem).asymmetricKeyType).toBe('ed25519')
  })
})

describe('a CA near and past its end', () => {
  test('issues what ends with it, and from then on nothing', async () => {
    let now = new Date('2030-01-01T00:00:00Z')
    const authority = await createRootAuthority({ clock: () => now })
    now = new Date(authority.notAfter.getTime() - DAY)
    const last = await authority.issueDevice('d', 'u', { validitySeconds: 30 * 86_400 })
    expect(last.notAfter).toEqual(authority.notAfter)
    now = new Date(authority.notAfter.getTime() + 1)
    for (const issue of [
      () => authority.issueDevice('d', 'u', {}),
      () => authority.issueService('s', {}),
      () => authority.issueServer(['hub']),
    ]) {
      await expect(issue()).rejects.toMatchObject({ code: 'issuer_expired' })
    }
  })

  test('nothing is signed that does not meet its profile', async () => {
    const authority = await createRootAuthority()
    for (const issue of [
      () => authority.issueDevice('d', 'u', { validitySeconds: 0 }),
      () => authority.issueDevice('d'.repeat(65), 'u', {}),
      () => authority.issueService('s', { validitySeconds: 4000 * 86_400 }),
      () => authority.issueServer([]),
    ]) {
      await expect(issue()).rejects.toMatchObject({ code: 'profile_violation' })
    }
  })
})

describe.skipIf(!hasOpenssl.available)(`what a CA issues, in the eyes of openssl ${hasOpenssl.reason}`, () => {
  const issued = {
    device: {
      issue: (authority: CertificateAuthority) => authority.issueDevice('d:1', 'u', {}),
      usages: 'TLS Web Client Authentication',
      name: 'URI:urn:signet:user:u:device:d%3A1',
      purpose: 'sslclient',
    },
    service: {
      issue: (authority: CertificateAuthority) => authority.issueService('billing', {}),
      usages: 'TLS Web Client Authentication',
      name: 'URI:urn:signet:service:billing',
      purpose: 'sslclient',
    },
    administrator: {
      issue: (authority: CertificateAuthority) =>
        authority.issueAdministrator('eva@example.com', { validitySeconds: 30 * 86_400 }),
      usages: 'TLS Web Client Authentication',
      name: 'URI:urn:signet:administrator:eva%40example.com',
      purpose: 'sslclient',
    },
    server: {
      issue: (authority: CertificateAuthority) => authority.issueServer(['hub.example', '10.0.0.7', '::1']),
      usages: 'TLS Web Server Authentication',
      name: 'DNS:hub.example, IP Address:10.0.0.7, IP Address:0:0:0:0:0:0:0:1',
      purpose: 'sslserver',
    },
  } as const

  for (const caKey of ['ec-p256', 'rsa-2048', 'ed25519'] as const) {
    for (const [kind, { issue, usages, name, purpose }] of Object.entries(issued)) {
      test(`${kind} of a ${caKey} CA: meets its profile and passes the strict check`, async () => {
        await using folder = await temporaryFolder()
        const authority = await createRootAuthority({ caKey })
        const { certificatePem } = await issue(authority)
        await verify(folder.path, authority.caCertificatePem, certificatePem, '-x509_strict', '-purpose', purpose)
        const text = await printed(folder.path, certificatePem)
        const keyUsage =
          kind === 'server' && caKey === 'rsa-2048' ? 'Digital Signature, Key Encipherment' : 'Digital Signature'
        expect(text).toMatch(/Basic Constraints: critical\n +CA:FALSE\n/)
        expect(text).toMatch(new RegExp(`X509v3 Key Usage: critical\\n +${keyUsage}\\n`))
        expect(text).toMatch(new RegExp(`X509v3 Extended Key Usage: \\n +${usages}\\n`))
        expect(text).toContain(name)
        expect(text).toContain('Subject Key Identifier')
        expect(text).toContain('Authority Key Identifier')
      })
    }
  }
})
