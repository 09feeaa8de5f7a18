import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readTlsFiles } from '../../src/cli/tls-files.ts'
import { needPrograms } from '../support/foreign-program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

function createKey(folder: string, name: string): void {
  const algorithm = ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256']
  execFileSync('openssl', ['genpkey', ...algorithm, '-out', join(folder, name)], { stdio: 'pipe' })
}

function createCertificate(folder: string, key: string, name: string): void {
  const args = ['req', '-x509', '-key', join(folder, key), '-subj', '/CN=a', '-out', join(folder, name)]
  execFileSync('openssl', args, { stdio: 'pipe' })
}

test('certificate, key and CA are read as they are, each only where it is named', async (context) => {
  needPrograms(context, 'openssl')
  await using folder = await temporaryFolder()
  createKey(folder.path, 'key.pem')
  createCertificate(folder.path, 'key.pem', 'cert.pem')
  const files = await readTlsFiles({ cert: 'cert.pem', key: 'key.pem', ca: 'cert.pem' }, folder.path)
  expect(Object.keys(files)).toEqual(['cert', 'key', 'ca'])
  expect(await readTlsFiles({}, folder.path)).toEqual({})
})

test('a key that does not fit its certificate is refused by name', async (context) => {
  needPrograms(context, 'openssl')
  await using folder = await temporaryFolder()
  createKey(folder.path, 'key.pem')
  createKey(folder.path, 'other.pem')
  createCertificate(folder.path, 'key.pem', 'cert.pem')
  await expect(readTlsFiles({ cert: 'cert.pem', key: 'other.pem' }, folder.path)).rejects.toThrow(
    /^cert\.pem, other\.pem cannot be used for TLS: .*key values mismatch/,
  )
})

test('a file that is no PEM, or none at all, is refused by name', async () => {
  await using folder = await temporaryFolder()
  await writeFile(join(folder.path, 'ca.pem'), 'hello')
  await writeFile(join(folder.path, 'key.pem'), 'hello')
  await expect(readTlsFiles({ key: 'key.pem' }, folder.path)).rejects.toThrow(/^key\.pem cannot be used for TLS/)
  await expect(readTlsFiles({ ca: 'gone.pem' }, folder.path)).rejects.toThrow('gone.pem cannot be read: ENOENT')
})
