import { createPrivateKey, createPublicKey } from 'node:crypto'
import { expect, test } from 'vitest'
import { createKeyRequest } from '../../src/ca/key-request.ts'
import { readSigningRequest } from '../../src/ca/signing-request.ts'
import { thumbprintOf } from '../../src/key-thumbprint.ts'

test('the request is good, and for the key that comes with it; each is another', async () => {
  const { csr, key } = await createKeyRequest('a:b, CN=admin')
  const { publicKey: requested } = await readSigningRequest(Buffer.from(csr))
  expect(thumbprintOf(requested)).toBe(thumbprintOf(createPublicKey(createPrivateKey(key))))
  expect(requested.asymmetricKeyDetails).toMatchObject({ namedCurve: 'prime256v1' })
  expect((await createKeyRequest('a')).key).not.toBe(key)
})
