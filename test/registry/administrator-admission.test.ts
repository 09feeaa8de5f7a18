import { describe, expect, test } from 'vitest'
import type { ChainVerdict } from '../../src/peer-identity.ts'
import type { RefusalCause } from '../../src/refusal.ts'
import {
  type AdministratorAdmission,
  createAdministratorAdmissions,
} from '../../src/registry/administrator-admission.ts'
import type { Certificate } from '../../src/registry/certificate.ts'
import { createScene, DAY_MS, HOUR_MS, peerOf, type Scene } from './registry-scene.ts'

type Pem = Pick<Certificate, 'pem'>

interface Refused {
  readonly cause: RefusalCause
  readonly who: string
  readonly expected?: string
  readonly chain?: ChainVerdict
  /** Who comes to a hub in which `eva` has this certificate. */
  readonly arrange?: (scene: Scene, certificate: Pem) => Promise<Pem> | Pem
}

const REFUSED: readonly Refused[] = [
  { cause: 'issuer_unknown', who: 'a stranger', chain: 'issuer_unknown' },
  { cause: 'certificate_signature_invalid', who: 'a forger', chain: 'signature_invalid' },
  { cause: 'purpose_wrong', who: 'a server', chain: 'purpose_wrong' },
  { cause: 'chain_invalid', who: 'a CA', chain: 'chain_invalid' },
  { cause: 'certificate_unknown', who: 'one that nobody issued', arrange: (scene) => unregistered(scene) },
  {
    cause: 'certificate_expired',
    who: 'one that nobody issued, and that has expired',
    expected: "a certificate valid at 2026-11-24T12:00:00.000Z, the time of the hub's clock",
    arrange: async (scene) => {
      const made = await unregistered(scene, 1)
      scene.advance(2 * DAY_MS)
      return made
    },
  },
  {
    cause: 'certificate_revoked',
    who: 'a revoked one',
    async arrange(scene, certificate) {
      await scene.registry.administratorCertificates.revoke('eva', 'keyCompromise')
      return certificate
    },
  },
  {
    cause: 'certificate_expired',
    who: 'an expired one',
    expected: "a certificate valid at 2027-11-23T12:00:00.000Z, the time of the hub's clock",
    arrange(scene, certificate) {
      scene.advance(366 * DAY_MS)
      return certificate
    },
  },
  {
    cause: 'certificate_not_yet_valid',
    who: 'one of tomorrow',
    expected: "a certificate valid at 2026-11-22T11:00:00.000Z, the time of the hub's clock",
    arrange(scene, certificate) {
      scene.advance(-HOUR_MS)
      return certificate
    },
  },
  {
    cause: 'certificate_kind_wrong',
    who: 'a device',
    expected: 'an administrator',
    arrange: async (scene) => (await scene.registry.certificates.issueToDevice({ deviceId: 'pump' })).certificate,
  },
  {
    cause: 'certificate_kind_wrong',
    who: 'a service',
    expected: 'an administrator',
    async arrange(scene) {
      scene.registry.services.create({ name: 'backend' }, true)
      return (await scene.registry.certificates.issueToService('backend', {})).certificate
    },
  },
  {
    cause: 'common_name_wrong',
    who: 'one registered under another name than its own',
    expected: 'CN=eva',
    arrange: (scene) => registered(scene, 'eva'),
  },
  {
    cause: 'certificate_unknown',
    who: 'one of an administrator there is not',
    arrange: (scene) => registered(scene, 'adam'),
  },
  {
    cause: 'certificate_unknown',
    who: 'one of an administrator whose name differs in case',
    arrange: (scene) => registered(scene, 'EVA'),
  },
]

describe('the API', () => {
  test('knows an administrator by an active certificate', async () => {
    using scene = await createScene()
    const { certificate, administrator } = await scene.registry.administratorCertificates.issue({ name: 'eva' })
    expect(admit(scene, certificate)).toEqual({ admitted: true, administrator, certificate })
  })

  for (const { cause, who, expected, chain, arrange } of REFUSED) {
    test(`refuses ${who}: ${cause}`, async () => {
      using scene = await createScene({ unknownCertificates: { mode: 'auto', owner: 'default' } })
      const { certificate } = await scene.registry.administratorCertificates.issue({ name: 'eva' })
      const shown = arrange ? await arrange(scene, certificate) : certificate
      const before = scene.stores.devices.list({ limit: 10 })
      expect(admit(scene, shown, chain)).toEqual({
        admitted: false,
        cause,
        ...(expected === undefined ? {} : { expected }),
        presented: expect.objectContaining({ fingerprint: expect.any(String), subject: expect.any(String) }),
      })
      expect(scene.stores.devices.list({ limit: 10 })).toEqual(before)
    })
  }
})

function admit({ stores, clock }: Scene, certificate: Pem, chain?: ChainVerdict): AdministratorAdmission {
  const peer = peerOf(certificate, chain)
  if (!peer.certificate) throw new Error('nothing was shown')
  return createAdministratorAdmissions({ ...stores, clock }).admit(peer)
}

async function unregistered({ authority }: Scene, validityDays = 10): Promise<Pem> {
  return { pem: (await authority.issueAdministrator('eva', { validitySeconds: validityDays * 86_400 })).certificatePem }
}

/** What our CA made for `mallory`, put into the registry under another name. */
async function registered({ authority, stores, clock }: Scene, subjectId: string): Promise<Pem> {
  const { certificatePem: pem, privateKeyPem: _, ...leaf } = await authority.issueAdministrator('mallory', {})
  const ends = { firstSeenAt: undefined, retiresAt: undefined, revokedAt: undefined, revocationReason: undefined }
  const id = crypto.randomUUID()
  stores.certificates.insert({ id, kind: 'administrator', subjectId, pem, ...leaf, createdAt: clock(), ...ends })
  return { pem }
}
