import type { AuthorityFacts, AuthorityRotations } from '../../src/registry/authority-rotation.ts'
import type { ForeignAuthorities } from '../../src/registry/foreign-authorities.ts'
import type { ForeignAuthority } from '../../src/registry/foreign-authority.ts'

const DAY_MS = 86_400_000

/** A hub whose CA is being rotated, with one device that depends on the old one; it writes down what it is asked. */
export function createAuthorityDouble(now: Date) {
  const calls: unknown[][] = []
  const facts = (name: string): AuthorityFacts => ({
    fingerprint: Array.from({ length: 32 }, () => name).join(':'),
    subject: `CN=${name}`,
    notBefore: now,
    notAfter: new Date(now.getTime() + DAY_MS),
    certificatePem: `PEM ${name}`,
  })
  const anchor: ForeignAuthority = {
    fingerprint: facts('0A').fingerprint,
    certificatePem: 'PEM 0A',
    registration: 'pending',
    owner: 'default',
    createdAt: now,
  }
  const authorityRotations: AuthorityRotations = {
    list: () => [
      { ...facts('BB'), state: 'issuing', retiredAt: undefined },
      { ...facts('AA'), state: 'retired', retiredAt: now },
    ],
    status(page) {
      calls.push(['status', page])
      return {
        current: facts('BB'),
        retiring: facts('AA'),
        since: now,
        dependents: { device: 1 },
        moved: { issued: 3, connected: 2 },
        certificates: {
          items: [
            {
              id: '1',
              kind: 'device',
              subjectId: 'device-001',
              fingerprint: 'CC',
              serialNumber: '01',
              pem: undefined,
              notBefore: now,
              notAfter: now,
              createdAt: now,
              firstSeenAt: undefined,
              retiresAt: undefined,
              revokedAt: undefined,
              revocationReason: undefined,
            },
          ],
        },
      }
    },
    async begin(wish) {
      calls.push(['begin', wish])
      return facts('BB')
    },
    async retire(isForced) {
      calls.push(['retire', isForced])
      return facts('AA')
    },
  }
  const foreignAuthorities: ForeignAuthorities = {
    list: () => [anchor],
    add(certificatePem, change) {
      calls.push(['add', certificatePem, change])
      return { ...anchor, ...change }
    },
    change(fingerprint, change) {
      calls.push(['change', fingerprint, change])
      return { ...anchor, ...change }
    },
    async remove(fingerprint) {
      calls.push(['remove', fingerprint])
    },
  }
  return { calls, authorityRotations, foreignAuthorities }
}
