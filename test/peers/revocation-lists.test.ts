import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { openAuthority } from '../../src/ca/authority-files.ts'
import { encodeRevoked, toRevocationListPem } from '../../src/ca/revocation-list.ts'
import { createForeignCa, createForeignHierarchy, openssl } from '../ca/openssl.ts'
import { recordedLog } from '../ca/recorded-log.ts'
import { needPrograms } from '../support/foreign-program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const curve = (name: string) => ['ecparam', '-name', name, '-genkey', '-noout']

for (const { name, make } of [
  { name: 'P-256', make: (folder: string) => createForeignCa(folder, { key: curve('prime256v1') }) },
  { name: 'P-384', make: (folder: string) => createForeignCa(folder, { key: curve('secp384r1') }) },
  { name: 'P-521', make: (folder: string) => createForeignCa(folder, { key: curve('secp521r1') }) },
  { name: 'RSA', make: (folder: string) => createForeignCa(folder, { key: ['genrsa', '2048'] }) },
  { name: 'Ed25519', make: (folder: string) => createForeignCa(folder, { key: ['genpkey', '-algorithm', 'ed25519'] }) },
  { name: 'an issuing CA below a root', make: createForeignHierarchy },
]) {
  test(`OpenSSL and GnuTLS read and verify the list of ${name}`, async (context) => {
    needPrograms(context, 'openssl', 'certtool')
    await using folder = await temporaryFolder()
    await make(folder.path)
    const { authority } = await openAuthority({
      certsDir: folder.path,
      clock: () => new Date(),
      logger: recordedLog().logger,
    })
    const [good, bad] = [await authority.issueDevice('good', 'u', {}), await authority.issueDevice('bad', 'u', {})]
    const now = new Date()
    const list = await authority.signRevocationList({
      number: 12,
      thisUpdate: new Date(now.getTime() - 60_000),
      nextUpdate: new Date(now.getTime() + 86_400_000),
      revoked: [encodeRevoked([{ serialNumber: bad.serialNumber, revokedAt: now, reason: 'keyCompromise' }])],
      distributionPoints: [],
    })
    const write = (file: string, text: string | Buffer) => writeFile(join(folder.path, file), text)
    await write('list.pem', await toRevocationListPem(list))
    await write('good.pem', good.certificatePem)
    await write('bad.pem', bad.certificatePem)

    const printed = await openssl(folder.path, 'crl', '-in', 'list.pem', '-CAfile', 'ca-cert.pem', '-noout', '-text')
    expect(printed).toMatch(/X509v3 CRL Number: *\n *12/)
    expect(printed).toContain('X509v3 Authority Key Identifier')
    expect(printed).toMatch(/X509v3 CRL Reason Code: *\n *Key Compromise/)

    const trusted = ['-partial_chain', '-CAfile', 'ca-cert.pem', '-CRLfile', 'list.pem']
    expect(await openssl(folder.path, 'verify', '-crl_check', ...trusted, 'good.pem')).toBe('good.pem: OK\n')
    await expect(openssl(folder.path, 'verify', '-crl_check', ...trusted, 'bad.pem')).rejects.toThrow('revoked')

    const gnutls = ['--crl-info', '--infile', 'list.pem']
    const { stdout } = await promisify(execFile)('certtool', gnutls, { cwd: folder.path })
    expect(stdout).toContain('CRL Number (not critical): 0c')
    expect(stdout).toContain(`Serial Number (hex): ${bad.serialNumber.toLowerCase()}`)
    const verified = ['--verify-crl', '--load-ca-certificate', 'ca-cert.pem', '--infile', 'list.pem']
    expect((await promisify(execFile)('certtool', verified, { cwd: folder.path })).stdout).toContain('Verified')
  })
}
