import type { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseCertificates } from '../../src/ca/certificate-chain.ts'
import { checkIssuerCertificate, maySignRevocationLists } from '../../src/ca/issuer-certificate.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { createForeignCa, hasOpenssl, openssl } from './openssl.ts'

const key = ['ecparam', '-name', 'prime256v1', '-genkey', '-noout']
const CA = 'basicConstraints=critical,CA:TRUE'

async function readIssuer(folder: string): Promise<X509Certificate> {
  return parseCertificates(await readFile(join(folder, 'ca-cert.pem'), 'utf8'), 'ca-cert.pem')[0]
}

async function check(folder: string): Promise<void> {
  checkIssuerCertificate(await readIssuer(folder), '/certs/ca-cert.pem')
}

describe.skipIf(!hasOpenssl.available)(`the certificate of an issuer ${hasOpenssl.reason}`, () => {
  for (const { name, extensions } of [
    { name: 'basicConstraints alone', extensions: [CA] },
    { name: 'basicConstraints that are not critical', extensions: ['basicConstraints=CA:TRUE'] },
    { name: 'both', extensions: [CA, 'keyUsage=critical,keyCertSign,cRLSign'] },
    { name: 'keyUsage alone', extensions: ['keyUsage=keyCertSign'] },
    { name: 'made for clients and servers', extensions: [CA, 'extendedKeyUsage=clientAuth,serverAuth'] },
  ]) {
    test(`ok/${name}`, async () => {
      await using folder = await temporaryFolder()
      await createForeignCa(folder.path, { key, extensions })
      await expect(check(folder.path)).resolves.toBeUndefined()
    })
  }

  test('ok/version 1, without extensions', async ({ skip }) => {
    await using folder = await temporaryFolder()
    await createForeignCa(folder.path, { key })
    await openssl(
      folder.path,
      'req',
      '-new',
      '-config',
      'req.cnf',
      '-key',
      'ca-key.pem',
      '-subj',
      '/CN=Old',
      '-out',
      'csr.pem',
    )
    await openssl(folder.path, 'x509', '-req', '-in', 'csr.pem', '-signkey', 'ca-key.pem', '-out', 'ca-cert.pem')
    const text = await openssl(folder.path, 'x509', '-in', 'ca-cert.pem', '-noout', '-text')
    if (!text.includes('Version: 1')) skip('this openssl makes no certificates of version 1')
    await expect(check(folder.path)).resolves.toBeUndefined()
  })

  for (const { name, extensions, sentence } of [
    {
      name: 'says it is none',
      extensions: ['basicConstraints=critical,CA:FALSE'],
      sentence: /not the certificate of a CA/,
    },
    {
      name: 'version 3 that says nothing',
      extensions: ['subjectKeyIdentifier=hash'],
      sentence: /not the certificate of a CA/,
    },
    { name: 'without keyCertSign', extensions: [CA, 'keyUsage=digitalSignature'], sentence: /keyCertSign/ },
    { name: 'for servers only', extensions: [CA, 'extendedKeyUsage=serverAuth'], sentence: /clientAuth/ },
  ]) {
    test(`refused/${name}: names the file`, async () => {
      await using folder = await temporaryFolder()
      await createForeignCa(folder.path, { key, extensions })
      const checked = check(folder.path)
      await expect(checked).rejects.toMatchObject({ code: 'file_invalid', message: expect.stringMatching(sentence) })
      await expect(checked).rejects.toThrow(/\/certs\/ca-cert\.pem/)
    })
  }

  for (const { name, extensions, expected } of [
    { name: 'states no usages', extensions: [CA], expected: true },
    { name: 'states this one', extensions: [CA, 'keyUsage=critical,keyCertSign,cRLSign'], expected: true },
    { name: 'states it alone', extensions: ['keyUsage=cRLSign', CA], expected: true },
    { name: 'states others', extensions: [CA, 'keyUsage=critical,digitalSignature,keyCertSign'], expected: false },
    { name: 'states one of the second octet', extensions: [CA, 'keyUsage=decipherOnly'], expected: false },
  ]) {
    test(`${expected ? 'may' : 'may not'} sign CRLs when it ${name}`, async () => {
      await using folder = await temporaryFolder()
      await createForeignCa(folder.path, { key, extensions })
      expect(maySignRevocationLists(await readIssuer(folder.path))).toBe(expected)
    })
  }
})
