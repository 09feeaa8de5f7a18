import { X509Certificate } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { judgeChain, verdictOf } from '../../src/edge/chain-verdict.ts'
import {
  type CertificateMaker,
  type CertificateRequest,
  createForeignCa,
  SERVER_AUTH,
} from '../support/certificate-maker.ts'

const DAY_MS = 86_400_000
const OUR_NAME = 'CN=Signet CA'

describe('what OpenSSL says of a chain', () => {
  for (const { error, expected } of [
    { error: undefined, expected: 'trusted' },
    { error: '', expected: 'trusted' },
    { error: 'CERT_SIGNATURE_FAILURE', expected: 'signature_invalid' },
    { error: 'INVALID_PURPOSE', expected: 'purpose_wrong' },
    { error: 'DEPTH_ZERO_SELF_SIGNED_CERT', expected: 'issuer_unknown' },
    { error: 'SELF_SIGNED_CERT_IN_CHAIN', expected: 'issuer_unknown' },
    { error: 'UNABLE_TO_GET_ISSUER_CERT', expected: undefined },
    { error: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', expected: 'issuer_unknown' },
    { error: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', expected: 'issuer_unknown' },
    { error: 'ERROR_IN_CERT_NOT_AFTER_FIELD', expected: 'chain_invalid' },
    { error: 'anything else', expected: 'chain_invalid' },
    // They hide what is behind them: the chain has to be judged again.
    { error: 'CERT_HAS_EXPIRED', expected: undefined },
    { error: 'CERT_NOT_YET_VALID', expected: undefined },
  ]) {
    test(`${JSON.stringify(error)} is ${expected ?? 'no verdict'}`, () => expect(verdictOf(error)).toBe(expected))
  }
})

describe('a chain, dates left aside', () => {
  let ours: CertificateMaker
  let others: CertificateMaker
  let forger: CertificateMaker
  beforeAll(async () => {
    ours = await createForeignCa(OUR_NAME)
    others = await createForeignCa('CN=Somebody Else')
    forger = await createForeignCa(OUR_NAME)
  })
  const past = { notBefore: daysFromNow(-9), notAfter: daysFromNow(-2) }
  const future = { notBefore: daysFromNow(2), notAfter: daysFromNow(9) }

  for (const { name, from, request = {}, expected } of [
    { name: 'of our CA', from: () => ours, expected: 'trusted' },
    { name: 'of our CA, expired', from: () => ours, request: past, expected: 'trusted' },
    { name: 'of our CA, not yet valid', from: () => ours, request: future, expected: 'trusted' },
    { name: 'of our CA, for any purpose', from: () => ours, request: { purposes: [] }, expected: 'trusted' },
    {
      name: 'of our CA, made for a server, expired',
      from: () => ours,
      request: { ...past, purposes: [SERVER_AUTH] },
      expected: 'purpose_wrong',
    },
    {
      name: 'of our CA, that is a CA itself, expired',
      from: () => ours,
      request: { ...past, isCa: true },
      expected: 'chain_invalid',
    },
    { name: 'of another CA', from: () => others, expected: 'issuer_unknown' },
    { name: 'forged under our CA’s name', from: () => forger, expected: 'signature_invalid' },
    { name: 'forged under our CA’s name, expired', from: () => forger, request: past, expected: 'signature_invalid' },
  ] satisfies readonly {
    readonly name: string
    readonly from: () => CertificateMaker
    readonly request?: Partial<CertificateRequest>
    readonly expected: string
  }[]) {
    test(`${name}, is ${expected}`, async () => {
      const { cert } = await from().make({ commonNames: ['device-001'], ...request })
      expect(judgeChain(new X509Certificate(cert), [new X509Certificate(ours.pem)])).toBe(expected)
    })
  }

  test('may lead to any CA of that name that is trusted', async () => {
    const { cert } = await ours.make({ commonNames: ['device-001'] })
    const trusted = [others, forger, ours].map(({ pem }) => new X509Certificate(pem))
    expect(judgeChain(new X509Certificate(cert), trusted)).toBe('trusted')
    expect(judgeChain(new X509Certificate(cert), [])).toBe('issuer_unknown')
  })
})

function daysFromNow(days: number): Date {
  return new Date(Date.now() + days * DAY_MS)
}
