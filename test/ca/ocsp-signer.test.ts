import { expect, test } from 'vitest'
import { caLocked } from '../../src/ca/ca-signer.ts'
import { createMemoryAuthority } from '../../src/ca/memory-authority.ts'
import { OcspSignerRenewal } from '../../src/ca/ocsp-signer.ts'
import { createTestClock } from '../../src/testing/test-clock.ts'

const DAY = 86_400_000

test('while the CA is locked the last delegate signs, until its certificate expires; then another one', async () => {
  const clock = createTestClock()
  const authority = await createMemoryAuthority(clock.now)
  let isLocked = false
  const signers = new OcspSignerRenewal(
    {
      notAfter: authority.notAfter,
      issueOcspSigner: async () => {
        if (isLocked) throw caLocked()
        return authority.issueOcspSigner()
      },
    },
    clock.now,
  )
  const first = await signers.current()
  isLocked = true
  clock.advance(25 * DAY)
  expect(await signers.current()).toBe(first)
  clock.advance(6 * DAY)
  await expect(signers.current()).rejects.toMatchObject({ code: 'ca_locked' })
  isLocked = false
  expect(await signers.current()).not.toBe(first)
})
