import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createForeignCa } from '../ca/openssl.ts'
import { needPrograms } from '../support/foreign-program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

interface Finding {
  readonly name?: string
  readonly check?: string
  readonly warning?: string
  readonly detail?: string
}

/** What a probe and the console are told of the CRL; undefined: nothing. */
async function readRevocationListWarnings({ api }: TestHub): Promise<readonly (string | undefined)[]> {
  const { checks }: { readonly checks: readonly Finding[] } = (await api('GET', '/readyz', { token: null })).json()
  const { findings }: { readonly findings: readonly Finding[] } = (await api('GET', '/api/overview')).json()
  return [
    checks.find(({ name }) => name === 'revocation_list')?.warning,
    findings.find(({ check }) => check === 'revocation_list')?.detail,
  ]
}

test('a CA that may not sign CRLs is told of until another CA issues', async (context) => {
  needPrograms(context, 'openssl')
  await using folder = await temporaryFolder()
  const certsDir = join(folder.path, 'certs')
  await mkdir(certsDir)
  await createForeignCa(certsDir, {
    key: ['ecparam', '-name', 'prime256v1', '-genkey', '-noout'],
    extensions: ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign', 'subjectKeyIdentifier=hash'],
  })
  await using hub = await startTestHub({ folder: folder.path })
  const unsigned = expect.stringContaining('lacks cRLSign')
  expect(await readRevocationListWarnings(hub)).toEqual([unsigned, unsigned])
  expect((await hub.api('POST', '/api/ca/rotation')).status).toBe(201)
  expect(await readRevocationListWarnings(hub)).toEqual([undefined, undefined])
})
