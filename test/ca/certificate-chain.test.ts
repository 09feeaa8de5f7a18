import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createRootCertificate } from '../../src/ca/certificate.ts'
import { isIssuedBy, isSelfSigned, parseCertificates, readIntermediates } from '../../src/ca/certificate-chain.ts'
import { planCertificate } from '../../src/ca/certificate-profile.ts'
import { exportPrivateKey, generateKeyPair } from '../../src/ca/key-pair.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { createForeignHierarchy, hasOpenssl } from './openssl.ts'

const keyPair = await generateKeyPair('ec-p256')
const root = await createRootCertificate(planCertificate({ kind: 'root', name: 'Root' }, new Date()), keyPair)
const pem = root.certificatePem

describe('certificates in a file', () => {
  for (const { name, text, count } of [
    { name: 'one', text: pem, count: 1 },
    { name: 'two', text: pem + pem, count: 2 },
    { name: 'without a last line feed', text: pem.trimEnd(), count: 1 },
    { name: 'with the line ends of Windows', text: pem.replaceAll('\n', '\r\n'), count: 1 },
    { name: 'below what openssl -text prints', text: `Certificate:\n    Data:\n${pem}`, count: 1 },
  ])
    test(`ok/${name}`, () => expect(parseCertificates(text, 'x-cert.pem')).toHaveLength(count))

  for (const { name, text, sentence } of [
    { name: 'empty', text: '', sentence: /holds no certificate/ },
    { name: 'DER', text: '0\u0082\u0001', sentence: /holds no certificate/ },
    { name: 'cut short', text: pem.slice(0, -40), sentence: /cut short/ },
    { name: 'the second cut short', text: pem + pem.slice(0, 200), sentence: /cut short/ },
    { name: 'lines lost', text: pem.replace(/\n[^\n]+\n/, '\n'), sentence: /damaged/ },
    { name: 'a private key beside', text: pem + exportPrivateKey(keyPair.privateKey), sentence: /private key too/ },
  ]) {
    test(`refused/${name}: names the file`, () => {
      const parse = () => parseCertificates(text, '/certs/ca-cert.pem')
      expect(parse).toThrow(expect.objectContaining({ code: 'file_invalid', message: expect.stringMatching(sentence) }))
      expect(parse).toThrow(/\/certs\/ca-cert\.pem/)
    })
  }
})

describe('a chain', () => {
  test('of a root alone has nothing between', () => {
    const certificates = parseCertificates(pem, 'ca-cert.pem')
    expect(isSelfSigned(certificates[0])).toBe(true)
    expect(readIntermediates(certificates)).toEqual({ intermediates: [], complete: true })
  })

  test.skipIf(!hasOpenssl.available)(
    `of an issuing CA leads to its root, whatever else is in the file ${hasOpenssl.reason}`,
    async () => {
      await using folder = await temporaryFolder()
      await createForeignHierarchy(folder.path)
      const issuingPem = await readFile(join(folder.path, 'ca-cert.pem'), 'utf8')
      const rootPem = await readFile(join(folder.path, 'root-cert.pem'), 'utf8')
      const chain = parseCertificates(issuingPem + pem + rootPem, 'ca-cert.pem')
      const [issuing, stranger, above] = chain
      expect(above && isIssuedBy(issuing, above)).toBe(true)
      expect(stranger && isIssuedBy(issuing, stranger)).toBe(false)
      expect(readIntermediates(chain)).toEqual({ intermediates: [issuing], complete: true })
      expect(readIntermediates([issuing])).toEqual({ intermediates: [issuing], complete: false })
    },
  )
})
