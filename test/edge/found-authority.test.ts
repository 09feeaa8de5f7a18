import { X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { findAuthority } from '../../src/edge/chain-verdict.ts'
import { createForeignCa } from '../support/certificate-maker.ts'

const parse = ({ pem }: { readonly pem: string }) => new X509Certificate(pem)

test('a certificate leads to the CA whose key has signed it, whatever others are called', async () => {
  const [ours, works, forger] = [
    await createForeignCa('CN=Ours'),
    await createForeignCa('CN=Works'),
    await createForeignCa('CN=Ours'),
  ]
  const leaf = async (from: typeof ours) => new X509Certificate((await from.make({ commonNames: ['pump'] })).cert)
  const trusted = [parse(ours), parse(works)]
  expect(findAuthority(await leaf(ours), trusted)).toBe(trusted[0])
  expect(findAuthority(await leaf(works), trusted)).toBe(trusted[1])
  expect(findAuthority(await leaf(forger), trusted)).toBeUndefined()
  expect(findAuthority(await leaf(ours), [])).toBeUndefined()
})
