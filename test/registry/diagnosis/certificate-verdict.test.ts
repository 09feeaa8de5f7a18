import { X509Certificate } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { judgeChain } from '../../../src/edge/chain-verdict.ts'
import { REFUSAL_MENDS } from '../../../src/refusal.ts'
import type { AuthMode } from '../../../src/registry/auth-mode.ts'
import {
  type CertificateVerdict,
  createCertificateVerdicts,
} from '../../../src/registry/diagnosis/certificate-verdict.ts'
import { createExpectations } from '../../../src/registry/expectations.ts'
import { createForeignCa, SERVER_AUTH } from '../../support/certificate-maker.ts'
import { createScene, DAY_MS, type Scene, type SceneOverrides } from '../registry-scene.ts'

describe('a pasted certificate is judged as it would be when it connects:', () => {
  for (const { name, arrange, admitted = false, cause, kind, expected } of [
    {
      name: 'an active one of a device',
      arrange: async (scene) => issued(scene),
      admitted: true,
      kind: 'device',
    },
    {
      name: 'one of a service',
      async arrange({ registry }) {
        registry.services.create({ name: 'backend' }, true)
        return (await registry.certificates.issueToService('backend', {})).certificate.pem ?? ''
      },
      admitted: true,
      kind: 'service',
    },
    {
      name: 'a revoked one',
      async arrange(scene) {
        const pem = await issued(scene)
        await scene.registry.certificates.revokeDevice('pump', 'keyCompromise')
        return pem
      },
      cause: 'certificate_revoked',
      kind: 'device',
      expected: 'a certificate that is issued anew',
    },
    {
      name: 'one that has expired',
      async arrange(scene) {
        const pem = await issued(scene)
        scene.advance(400 * DAY_MS)
        return pem
      },
      cause: 'certificate_expired',
      kind: 'device',
      expected: 'a certificate valid at ',
    },
    {
      name: 'one of another CA',
      arrange: async () => (await (await createForeignCa('CN=Else')).make({ commonNames: ['pump'] })).cert,
      cause: 'issuer_unknown',
      expected: 'a certificate issued by CN=Signet',
    },
    {
      name: 'a forgery under the name of our CA',
      arrange: async ({ authority }) =>
        (await (await createForeignCa(authority.subject)).make({ commonNames: ['pump'] })).cert,
      cause: 'certificate_signature_invalid',
      expected: 'signed with its key',
    },
    {
      name: "the hub's own server certificate",
      arrange: async ({ authority }) => (await authority.issueServer(['localhost'])).certificatePem,
      cause: 'purpose_wrong',
      kind: 'server',
      expected: 'clientAuth',
    },
    {
      name: 'one that our CA signed and the registry does not hold',
      arrange: async ({ authority }) => (await authority.issueDevice('valve', 'me', {})).certificatePem,
      cause: 'certificate_unknown',
      kind: 'device',
      expected: 'fingerprint is in the registry',
    },
    {
      name: 'the CA itself, pasted by mistake',
      arrange: async ({ authority }) => authority.caCertificatePem,
      cause: 'chain_invalid',
      kind: 'ca',
      expected: 'a certificate issued by CN=Signet',
    },
  ] satisfies readonly {
    readonly name: string
    readonly arrange: (scene: Scene) => Promise<string>
    readonly admitted?: boolean
    readonly cause?: keyof typeof REFUSAL_MENDS
    readonly kind?: string
    readonly expected?: string
  }[]) {
    test(`${name}: ${cause ?? 'let in'}`, async () => {
      using scene = await createScene()
      const pem = await arrange(scene)
      const verdict = judge(scene, pem)
      expect(verdict).toMatchObject({
        admitted,
        kind,
        presented: { fingerprint: new X509Certificate(pem).fingerprint256 },
      })
      expect([verdict.cause, verdict.mend]).toEqual([cause, cause && REFUSAL_MENDS[cause]])
      if (expected !== undefined) expect(verdict.expected).toContain(expected)
      expect(scene.registry.refusals.list()).toEqual([])
    })
  }
})

describe('what else there is to know is a hint:', () => {
  for (const { name, hint, arrange, mode } of [
    {
      name: 'the CA of the hub',
      hint: "the hub's own CA",
      arrange: async ({ authority }: Scene) => authority.caCertificatePem,
    },
    {
      name: 'a CA below it',
      hint: 'the certificate of a CA',
      arrange: async () => (await (await createForeignCa('CN=E')).make({ commonNames: ['x'], isCa: true })).cert,
    },
    {
      name: 'a certificate of a server',
      hint: 'clientAuth',
      arrange: async () =>
        (await (await createForeignCa('CN=E')).make({ commonNames: ['x'], purposes: [SERVER_AUTH] })).cert,
    },
    {
      name: 'a key that mbedTLS does not know',
      hint: 'Ed25519',
      arrange: async (scene: Scene) => issued(scene, { keyAlgorithm: 'ed25519' }),
    },
    {
      name: 'one that ends soon',
      hint: 'ends in 2 days',
      arrange: async (scene: Scene) => issued(scene, { validityDays: 2 }),
    },
    { name: 'a mode that does not look at it', hint: 'mqtt.auth is token', mode: 'token', arrange: issued },
    { name: 'a mode that asks for more', hint: 'token are asked for as well', mode: 'mtls_and_token', arrange: issued },
  ] satisfies readonly {
    readonly name: string
    readonly hint: string
    readonly mode?: AuthMode
    readonly arrange: (scene: Scene) => Promise<string>
  }[]) {
    test(name, async () => {
      using scene = await createScene()
      expect(judge(scene, await arrange(scene), mode).hints.join('\n')).toContain(hint)
    })
  }

  test('none for a good one', async () => {
    using scene = await createScene()
    expect(judge(scene, await issued(scene)).hints).toEqual([])
  })
})

describe('asking changes nothing where a newcomer', () => {
  for (const { mode, admitted } of [
    { mode: 'auto', admitted: true },
    { mode: 'pending', admitted: false },
  ] as const) {
    test(`would be ${mode === 'auto' ? 'registered' : 'kept for approval'}`, async () => {
      using scene = await createScene({ unknownCertificates: { mode, owner: 'default' } } satisfies SceneOverrides)
      const { certificatePem } = await scene.authority.issueDevice('valve', 'me', {})
      const before = scene.database.sqlite.serialize()
      const verdict = judge(scene, certificatePem)
      expect(verdict).toMatchObject({ admitted, kind: 'device' })
      if (admitted) expect(verdict.hints.join('\n')).toContain('registered as a new device')
      else expect(verdict.cause).toBe('certificate_pending')
      expect(scene.stores.devices.find('valve')).toBeUndefined()
      expect(scene.database.sqlite.serialize().equals(before)).toBe(true)
    })
  }
})

function judge(scene: Scene, text: string, mode: AuthMode = 'mtls'): CertificateVerdict {
  const { registry, stores, authority, clock } = scene
  return createCertificateVerdicts({
    admissions: registry.admissions,
    judgeChain: (certificate) => judgeChain(certificate, [authority.certificate]),
    authorityOf: () => authority.fingerprint,
    certificates: stores.certificates,
    transaction: stores.transaction,
    expectations: createExpectations(authority.certificate.subject),
    mode,
    caFingerprint: authority.fingerprint,
    clock,
  })(text)
}

async function issued(scene: Scene, wishes: { validityDays?: number; keyAlgorithm?: 'ed25519' } = {}): Promise<string> {
  const { certificate } = await scene.registry.certificates.issueToDevice({ deviceId: 'pump', ...wishes })
  return certificate.pem ?? ''
}
