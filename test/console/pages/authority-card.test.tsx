import { expect, test } from 'vitest'
import { AuthorityCard } from '../../../src/console/pages/certificates/authority-card.tsx'
import { AuthorityRotation } from '../../../src/console/pages/certificates/authority-rotation.tsx'
import type { SigningAuthority } from '../../../src/console/pages/certificates/certificate-answers.ts'
import { drawInDocument } from '../../support/console/console-scene.tsx'

const AT = '2026-11-22T12:00:00.000Z'
const END = '2036-11-22T12:00:00.000Z'
const certificate = (name: string) => ({
  fingerprint: name,
  subject: `CN=${name}`,
  serialNumber: '01',
  notBefore: AT,
  notAfter: END,
})
const TWO_TIER: SigningAuthority = {
  chain: [certificate('issuing-ca'), certificate('root-ca')],
  hierarchy: 'two_tier',
  revocationList: { path: '/pki/x/ca.crl', number: 7, thisUpdate: AT, nextUpdate: END, entries: null, behind: true },
  ocspSignerEnds: END,
}

test('a CA of two tiers tells who issues and who is the root, and that its CRL is behind', () => {
  using scene = drawInDocument(<AuthorityCard title="CA" authority={TWO_TIER} />)
  for (const fact of ['CN=issuing-caissuing', 'CN=root-caroot', 'It may lack what was revoked since', 'counted once']) {
    expect(scene.text()).toContain(fact)
  }
  expect(scene.text()).not.toContain('Download ca.pem')
})

test('a CA that has signed no list yet says so', () => {
  using scene = drawInDocument(
    <AuthorityCard title="CA" authority={{ ...TWO_TIER, revocationList: null, ocspSignerEnds: null }} isCurrent />,
  )
  expect(scene.text()).toContain('None has been signed yet.')
  expect(scene.text()).toContain('Nobody has asked for a status yet')
})

test('a replacement on which nobody depends any more is told so, and what cannot be asked is said', async () => {
  const rotation = { since: null, dependents: 0, moved: { issued: 1, connected: 1 } }
  using scene = drawInDocument(<AuthorityRotation rotation={rotation} onChange={() => undefined} />)
  expect(scene.text()).toContain('1 device has a certificate of the new CA, 1 has connected with it; 0 certificates')
  await scene.says('The hub does not answer')
})
