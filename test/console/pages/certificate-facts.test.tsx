import { expect, test } from 'vitest'
import type { CertificateAnswer } from '../../../src/console/pages/certificates/certificate-answers.ts'
import { CertificateFacts } from '../../../src/console/pages/certificates/certificate-facts.tsx'
import { drawInDocument } from '../../support/console/console-scene.tsx'

const AT = '2026-11-22T12:00:00.000Z'
const IMPORTED: CertificateAnswer = {
  id: 'c1',
  fingerprint: 'AA:BB',
  createdAt: AT,
  serialNumber: null,
  notBefore: null,
  notAfter: null,
  firstSeenAt: null,
  retiresAt: null,
  revokedAt: null,
  revocationReason: null,
  state: 'active',
  kind: 'device',
  subjectId: 'pump-1',
  subject: null,
  profile: null,
  pendingSince: null,
}

test('what was registered by its fingerprint alone says when the rest is known', () => {
  using scene = drawInDocument(<CertificateFacts certificate={IMPORTED} />)
  expect(scene.text()).toContain('known once it connects')
  expect(scene.text()).not.toContain('Serial number')
})

test('what another CA signed is shown with its subject, when it gives way, and why it was revoked', () => {
  const revoked = { subject: 'CN=pump', retiresAt: AT, firstSeenAt: AT, revokedAt: AT, revocationReason: null }
  using scene = drawInDocument(<CertificateFacts certificate={{ ...IMPORTED, ...revoked, state: 'revoked' }} />)
  for (const fact of ['CN=pump', 'Gives way', 'no reason given']) expect(scene.text()).toContain(fact)
  const other = { ...IMPORTED, ...revoked, kind: 'robot', revocationReason: 'aACompromise' }
  using unknown = drawInDocument(<CertificateFacts certificate={other} />)
  expect(unknown.text()).toContain('robot pump-1')
  expect(unknown.text()).toContain('aACompromise')
})
