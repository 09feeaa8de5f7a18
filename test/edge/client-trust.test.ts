import { X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { ClientTrust } from '../../src/edge/client-trust.ts'
import { createForeignCa } from '../support/certificate-maker.ts'

test('tells whoever listens that other CAs are trusted from now on', async () => {
  const [one, other] = await Promise.all(
    ['CN=one', 'CN=other'].map(async (name) => new X509Certificate((await createForeignCa(name)).pem)),
  )
  if (!one || !other) throw new Error('no CA was made')
  const trust = new ClientTrust([one])
  const told: number[] = []
  trust.onExchange(() => told.push(trust.authorities.length))
  trust.exchange([one, other])
  trust.exchange([])
  expect(told).toEqual([2, 0])
})
