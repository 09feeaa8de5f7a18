import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { DomainError } from '../../../src/errors.ts'
import { parsePastedCertificate } from '../../../src/registry/diagnosis/pasted-certificate.ts'
import { createForeignCa } from '../../support/certificate-maker.ts'

const ca = await createForeignCa('CN=Somebody')
const { cert, key } = await ca.make({ commonNames: ['pump'] })
const { cert: other } = await ca.make({ commonNames: ['valve'] })
const { fingerprint256, raw } = new X509Certificate(cert)
const base64 = raw.toString('base64')

// openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=pump
const REQUEST =
  'MIHKMHECAQAwDzENMAsGA1UEAwwEcHVtcDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABEavjv1S8myVwlUI56gXHf7RhAsKhwZNk/51CsuM3NqWnJVEo1NLC3A59zF1Qp25zHrzJKn4EkRGlAMQYiTZklSgADAKBggqhkjOPQQDAgNJADBGAiEA4MzZHFLFBwdMr5+Gzpkzq/afKqftX7WfPtxjWXowR5ICIQC58vHRl0fD8mqQYKOpQlKEcoQrpwomflnSvH6JEAYlUA=='

describe('a certificate is read', () => {
  for (const { name, text } of [
    { name: 'as PEM', text: cert },
    { name: 'as PEM with text around it', text: `subject=CN=pump\n${cert}\nbye` },
    { name: 'as PEM with the line ends of Windows', text: cert.replaceAll('\n', '\r\n') },
    { name: 'as the base64 of its DER', text: base64 },
    { name: 'as that in lines', text: base64.replaceAll(/.{64}/g, '$&\n') },
    { name: 'as the first of a chain', text: `${cert}${other}` },
  ]) {
    test(name, () => expect(parsePastedCertificate(text).fingerprint256).toBe(fingerprint256))
  }
})

describe('what is no certificate is named for what it is, and not repeated:', () => {
  const der = (type: 'pkcs8' | 'sec1'): string =>
    createPrivateKey(key).export({ type, format: 'der' }).toString('base64')
  for (const { name, text, code = 'certificate_unreadable', says } of [
    { name: 'a private key', text: key, code: 'private_key_refused', says: 'private key' },
    { name: 'a certificate with its key', text: `${cert}${key}`, code: 'private_key_refused', says: 'private key' },
    { name: 'a damaged private key', text: key.slice(0, 90), code: 'private_key_refused', says: 'private key' },
    { name: 'the DER of a private key', text: der('pkcs8'), code: 'private_key_refused', says: 'private key' },
    { name: 'the DER of a SEC1 key', text: der('sec1'), code: 'private_key_refused', says: 'private key' },
    {
      name: 'a certificate request',
      text: `-----BEGIN CERTIFICATE REQUEST-----\n${REQUEST}\n-----END CERTIFICATE REQUEST-----`,
      says: 'certificate request (CSR)',
    },
    { name: 'the DER of a certificate request', text: REQUEST, says: 'certificate request (CSR)' },
    { name: 'a revocation list', text: '-----BEGIN X509 CRL-----\nMIIB\n-----END X509 CRL-----', says: '(CRL)' },
    {
      name: 'a public key',
      text: String(createPublicKey(cert).export({ type: 'spki', format: 'pem' })),
      says: 'public key',
    },
    { name: 'a certificate that was cut off', text: cert.slice(0, 200), says: 'cut short' },
    { name: 'a certificate with a hole', text: cert.replace(/\n.{30}/, '\n'), says: 'cut short' },
    { name: 'anything else', text: 'device-001', says: 'paste it as PEM' },
  ]) {
    test(name, () => {
      const error = failureOf(text)
      expect(error.code).toBe(code)
      expect(error.message).toContain(says)
      expect(error.message).not.toContain(text.slice(60, 90) || text)
      expect(error.cause).toBeUndefined()
    })
  }
})

function failureOf(text: string): DomainError {
  try {
    parsePastedCertificate(text)
  } catch (error) {
    if (error instanceof DomainError) return error
  }
  throw new Error('it was read')
}
