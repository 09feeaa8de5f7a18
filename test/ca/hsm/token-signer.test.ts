import { generateKeyPairSync, verify } from 'node:crypto'
import { expect, test } from 'vitest'
import { openToken, type TokenPlace } from '../../../src/ca/hsm/token.ts'
import { openTokenSigner } from '../../../src/ca/hsm/token-signer.ts'
import { needSoftHsm, openSoftHsm, PIN, type SoftHsm } from '../../support/soft-hsm.ts'

const TEXT = Buffer.from('to be signed')

function placeOf({ settings }: SoftHsm): TokenPlace {
  const { module, token_label: tokenLabel, key_label: keyLabel } = settings
  return { module, slot: undefined, tokenLabel, keyLabel }
}

/** The public key of a pair that is made in the token. */
async function makeKey(place: TokenPlace) {
  await using token = openToken(place, PIN)
  await token.generateKey('ec-p256')
  const key = await token.findKey('public')
  return token.exportPublicKey(key ?? expect.fail('The token has no key'))
}

test('a CA whose kind of key no token has is refused before the token is asked', async () => {
  const { publicKey } = generateKeyPairSync('ed25519')
  const nowhere = { module: '/nowhere.so', slot: undefined, tokenLabel: 'signet', keyLabel: 'signet-ca' }
  await expect(openTokenSigner(nowhere, PIN, publicKey)).rejects.toMatchObject({ code: 'key_mismatch' })
})

test('a signer that is closed signs nothing, and opens no other session', async (context) => {
  needSoftHsm(context)
  await using hsm = await openSoftHsm()
  const place = placeOf(hsm)
  const publicKey = await makeKey(place)
  const signer = await openTokenSigner(place, PIN, publicKey)
  expect(verify('sha256', TEXT, publicKey, await signer.sign(TEXT))).toBe(true)
  await signer[Symbol.asyncDispose]()
  await expect(signer.sign(TEXT)).rejects.toMatchObject({ code: 'hsm_unavailable' })
})

test('a slot that is not there and a label that two keys have are named', async (context) => {
  needSoftHsm(context)
  await using hsm = await openSoftHsm()
  const place = placeOf(hsm)
  expect(() => openToken({ ...place, tokenLabel: undefined, slot: 4_000_000 }, PIN)).toThrow(
    /shows no token in slot 4000000: /,
  )
  await makeKey(place)
  await using token = openToken(place, PIN)
  await token.generateKey('ec-p256')
  await expect(token.findKey('private')).rejects.toMatchObject({
    code: 'hsm_unavailable',
    message: expect.stringContaining('holds 2 private keys labelled signet-ca'),
  })
})
