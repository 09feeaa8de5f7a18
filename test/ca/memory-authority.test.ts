import { X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { createMemoryAuthority } from '../../src/ca/memory-authority.ts'
import { systemClock } from '../../src/clock.ts'

for (const { asked, expected } of [
  { asked: undefined, expected: 'ec' },
  { asked: 'rsa-2048', expected: 'rsa' },
] as const) {
  test(`a CA in memory issues as one in files does (${asked ?? 'no algorithm named'})`, async () => {
    const authority = await createMemoryAuthority(systemClock, asked)
    const { certificatePem } = await authority.issueDevice('pump-7', 'ann', {})
    const leaf = new X509Certificate(certificatePem)
    expect(leaf.verify(authority.certificate.publicKey)).toBe(true)
    expect(authority.certificate.publicKey.asymmetricKeyType).toBe(expected)
    expect(leaf.publicKey.asymmetricKeyType).toBe(expected)
  })
}

test('two of them are strangers to each other', async () => {
  const [one, other] = await Promise.all([createMemoryAuthority(systemClock), createMemoryAuthority(systemClock)])
  expect(one.subject).not.toBe(other.subject)
  expect(one.fingerprint).not.toBe(other.fingerprint)
})
