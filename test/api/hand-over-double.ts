import type { HandOverDependencies } from '../../src/api/hand-over/hand-over-routes.ts'
import { DomainError } from '../../src/errors.ts'
import type { Claim } from '../../src/registry/claim.ts'
import type { IssuedCertificate } from '../../src/registry/issuance.ts'

/** Claims of one device, `device-001`, whose secret is `good`; they write down what they are asked. */
export function createHandOverDouble(now: Date, issue: (deviceId: string) => IssuedCertificate) {
  const handOverCalls: unknown[][] = []
  const noted = <Result>(result: Result, ...call: unknown[]): Result => {
    handOverCalls.push(call)
    return result
  }
  const claimOf = (deviceId: string): Claim => ({
    id: '0123456789ab',
    deviceId,
    secretHash: Buffer.from('never shown'),
    wishes: {},
    createdAt: now,
    expiresAt: now,
    usedAt: undefined,
  })
  const ports: HandOverDependencies = {
    claims: {
      create: (request) => noted({ claim: claimOf(request.deviceId), secret: 'good' }, 'claims.create', request),
      find: (deviceId) => (deviceId === 'device-001' ? { claim: claimOf(deviceId), state: 'open' } : undefined),
      thatLetIn: () => [],
      revoke: (deviceId) => noted(undefined, 'claims.revoke', deviceId),
      async redeem(secret, address) {
        if (secret === 'broken') throw new Error('the disk is gone')
        if (secret !== 'good') throw new DomainError('claim_not_found', 'This link is not known here')
        return noted(issue('device-001'), 'claims.redeem', address)
      },
    },
    bulk: {
      async create(row, wishes) {
        if (row.deviceId === 'taken') throw new DomainError('certificate_exists', 'taken has one')
        if (row.deviceId === 'cursed') throw new Error('the disk is gone')
        return noted({ status: 'issued', issued: issue(row.deviceId) }, 'bulk.create', row, wishes)
      },
    },
    createKeyStore: async (contents, password) => Buffer.from(JSON.stringify({ ...contents, password })),
  }
  return { ports, handOverCalls }
}
