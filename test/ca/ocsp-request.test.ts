import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { createMemoryAuthority } from '../../src/ca/memory-authority.ts'
import { parseOcspRequest } from '../../src/ca/ocsp-request.ts'
import { createOcspRequest } from './ocsp-client.ts'

let request: Buffer
beforeAll(async () => {
  const { certificate: issuer } = await createMemoryAuthority(() => new Date())
  request = Buffer.from(
    await createOcspRequest({ issuer, serialNumbers: ['0A', '00FF01'], nonce: new Uint8Array(32).fill(7) }),
  )
})

test('a request of another library is read', () => {
  const parsed = parseOcspRequest(request)
  expect(parsed?.certificates.map(({ serialNumber }) => serialNumber)).toEqual(['0A', 'FF01'])
  expect(parsed?.nonce).toEqual(Buffer.alloc(32, 7))
})

const HASHES = '0414'.concat('11'.repeat(20)).repeat(2)
const CERT_ID = sequence(sequence('06052b0e03021a'), HASHES, '020105')

/** Hexadecimal; the content is shorter than 128 octets. */
function sequence(...members: readonly string[]): string {
  return tagged('30', ...members)
}

function tagged(tag: string, ...members: readonly string[]): string {
  const content = members.join('')
  const length = content.length / 2
  return `${tag}${length < 128 ? '' : '81'}${length.toString(16).padStart(2, '0')}${content}`
}

const nonce = (value: string): string => tagged('a2', sequence(sequence('06092b0601050507300102', tagged('04', value))))

describe.each([
  ['nothing', ''],
  ['an empty sequence', '3000'],
  ['no certificate', sequence(sequence(sequence()))],
  ['another version', sequence(sequence('a003020101', sequence(sequence(CERT_ID))))],
  ['a certificate without its serial number', sequence(sequence(sequence(sequence(sequence(sequence(), HASHES)))))],
  [
    'a serial number with a zero too many',
    sequence(sequence(sequence(sequence(sequence(sequence(), HASHES, '02020005'))))),
  ],
  ['something behind the request', `${sequence(sequence(sequence(sequence(CERT_ID))))}00`],
  ['something behind a certificate', sequence(sequence(sequence(sequence(CERT_ID, '0500'))))],
  ['a nonce that is no OCTET STRING', sequence(sequence(sequence(sequence(CERT_ID)), nonce('0500')))],
  ['a nonce in a nonce that is cut short', sequence(sequence(sequence(sequence(CERT_ID)), nonce('0405aa')))],
])('%s', (_, hex) => {
  test('is no request', () => {
    expect(parseOcspRequest(Buffer.from(hex, 'hex'))).toBeUndefined()
  })
})

test('version 1 may be said, as other default values may', () => {
  const critical = '010100'
  const extension = sequence(sequence('06032a0304', critical, '04020500'))
  const said = sequence(sequence('a003020100', sequence(sequence(CERT_ID, tagged('a0', extension)))))
  expect(parseOcspRequest(Buffer.from(said, 'hex'))?.certificates).toHaveLength(1)
})

test('an extension that stands twice makes it none', () => {
  const twice = sequence('06032a0304', '04020500').repeat(2)
  const said = sequence(sequence(sequence(sequence(CERT_ID, tagged('a0', sequence(twice))))))
  expect(parseOcspRequest(Buffer.from(said, 'hex'))).toBeUndefined()
})

test('whatever stands in a request, it is read or it is none', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      parseOcspRequest(bytes)
    }),
  )
  fc.assert(
    fc.property(fc.nat(request.length - 1), fc.nat(255), (at, octet) => {
      const changed = Buffer.from(request)
      changed.writeUInt8(octet, at)
      parseOcspRequest(changed)
      parseOcspRequest(changed.subarray(0, at))
    }),
  )
})
