import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { encodeCertsOnly } from '../../src/ca/certs-only.ts'
import { createMemoryAuthority } from '../../src/ca/memory-authority.ts'
import { systemClock } from '../../src/clock.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { hasOpenssl, openssl } from './openssl.ts'

test.skipIf(!hasOpenssl.available)('openssl finds each certificate once, as PKCS#7 and as CMS', async () => {
  await using folder = await temporaryFolder()
  const authority = await createMemoryAuthority(systemClock)
  const leaf = await authority.issueDevice('d', 'u', {})
  const pem = leaf.certificatePem + authority.caCertificatePem + leaf.certificatePem
  await writeFile(join(folder.path, 'both.p7'), encodeCertsOnly(pem))
  const printed = await openssl(folder.path, 'pkcs7', '-inform', 'DER', '-in', 'both.p7', '-print_certs')
  expect(printed.match(/-----BEGIN CERTIFICATE/g)).toHaveLength(2)
  expect(printed).toContain(leaf.certificatePem.trim())
  expect(printed).toContain(authority.caCertificatePem.trim())
  const cms = await openssl(folder.path, 'cms', '-cmsout', '-print', '-inform', 'DER', '-in', 'both.p7')
  expect(cms).toMatch(/pkcs7-signedData/)
  expect(cms).toMatch(/signerInfos:\s*<EMPTY>/)
})
