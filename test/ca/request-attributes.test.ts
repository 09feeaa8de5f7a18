import { expect, test } from 'vitest'
import { encodeRequestAttributes } from '../../src/ca/request-attributes.ts'

// RFC 7030 §4.5.2; the octets are those that openssl asn1parse names in test/peers/est.test.ts.
for (const { names, hex } of [
  { names: [], hex: '3000' },
  { names: ['of nobody'], hex: '3000' },
  { names: ['ed25519'], hex: '300506032b6570' },
  { names: ['ec-p384'], hex: '301e301206072a8648ce3d0201310706052b8104002206082a8648ce3d040303' },
  {
    names: ['rsa-2048', 'rsa-4096'],
    hex: '3031301106092a864886f70d01010131040202080006092a864886f70d01010b301106092a864886f70d010101310402021000',
  },
]) {
  test(`the attributes of ${names.join(' and ') || 'nothing'} say each thing once`, () => {
    expect(encodeRequestAttributes(names).toString('hex')).toBe(hex)
  })
}
