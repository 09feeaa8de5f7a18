import { createHash, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createKeySigner } from '../../src/ca/ca-signer.ts'
import { createCertificate, signRootCertificate } from '../../src/ca/certificate.ts'
import { planCertificate } from '../../src/ca/certificate-profile.ts'
import { createIssuer } from '../../src/ca/issuer.ts'
import { generateKeyPair, parsePrivateKey } from '../../src/ca/key-pair.ts'
import { readSubjectPublicKey } from '../../src/ca/subject-public-key.ts'
import { needPrograms } from '../support/foreign-program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { CA_EXTENSIONS, createForeignCa, openssl, verify } from './openssl.ts'

const KEY = ['ecparam', '-name', 'prime256v1', '-genkey', '-noout']
const STATED = 'AA:BB:CC:DD'

const hashOf = (certificate: X509Certificate): string =>
  createHash('sha1').update(readSubjectPublicKey(certificate)).digest('hex')

for (const { name, extensions, expected } of [
  { name: 'the one that it states', extensions: [`subjectKeyIdentifier=${STATED}`], expected: () => 'aabbccdd' },
  { name: 'the hash of its key where it states none', extensions: ['subjectKeyIdentifier=none'], expected: hashOf },
]) {
  test(`the key identifier of a CA is ${name}, and what it signs verifies under any name`, async (context) => {
    needPrograms(context, 'openssl')
    await using folder = await temporaryFolder()
    const usages = CA_EXTENSIONS.filter((extension) => !extension.startsWith('subjectKeyIdentifier'))
    const subject = ['-utf8', '-multivalue-rdn', '-subj', '/C=DE/O=Größe, Söhne+OU=Works/CN=水 CA']
    await createForeignCa(folder.path, { key: KEY, extensions: [...usages, ...extensions], subject })
    const certificate = new X509Certificate(await readFile(join(folder.path, 'ca-cert.pem')))
    const signer = createKeySigner(parsePrivateKey(await readFile(join(folder.path, 'ca-key.pem'), 'utf8'), 'the CA'))
    const issuer = createIssuer(certificate, signer)
    expect(Buffer.from(issuer.keyIdentifier ?? []).toString('hex')).toBe(expected(certificate))
    const plan = planCertificate({ kind: 'device', deviceId: 'pump-1', userId: 'ada' }, new Date())
    const { certificatePem } = await createCertificate(plan, (await generateKeyPair('ec-p256')).publicKey, issuer)
    await verify(folder.path, String(certificate), certificatePem)
    expect(new X509Certificate(certificatePem).issuer).toBe(certificate.subject)
  })
}

test('a certificate of version 1, which has no extensions, is read', async (context) => {
  needPrograms(context, 'openssl')
  await using folder = await temporaryFolder()
  await createForeignCa(folder.path, { key: KEY })
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
    'csr',
  )
  await openssl(folder.path, 'x509', '-req', '-in', 'csr', '-signkey', 'ca-key.pem', '-out', 'old.pem')
  const certificate = new X509Certificate(await readFile(join(folder.path, 'old.pem')))
  const signer = createKeySigner(parsePrivateKey(await readFile(join(folder.path, 'ca-key.pem'), 'utf8'), 'the CA'))
  const { keyIdentifier } = createIssuer(certificate, signer)
  expect(Buffer.from(keyIdentifier ?? []).toString('hex')).toBe(hashOf(certificate))
})

test('a root states its key, and names no other as its issuer', async () => {
  const signer = createKeySigner((await generateKeyPair('ec-p256')).privateKey)
  const plan = planCertificate({ kind: 'root', name: 'Root' }, new Date())
  const root = new X509Certificate((await signRootCertificate(plan, signer)).certificatePem)
  expect(Buffer.from(createIssuer(root, signer).keyIdentifier ?? []).toString('hex')).toBe(hashOf(root))
})
