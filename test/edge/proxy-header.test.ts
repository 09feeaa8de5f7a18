import fc from 'fast-check'
import { parse } from 'ipaddr.js'
import { describe, expect, test } from 'vitest'
import { readProxyHeader } from '../../src/edge/proxy-header.ts'

const TCP = 1
const UDP = 2

describe('version 1', () => {
  for (const { line, expected } of [
    { line: 'PROXY TCP4 192.0.2.7 192.0.2.1 56324 443', expected: { source: '192.0.2.7' } },
    { line: 'PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535', expected: { source: '255.255.255.255' } },
    { line: 'PROXY TCP6 2001:DB8::7 2001:db8::1 1 0', expected: { source: '2001:db8::7' } },
    { line: 'PROXY TCP6 ::ffff:192.0.2.7 ::1 1 2', expected: { source: '192.0.2.7' } },
    { line: 'PROXY UNKNOWN', expected: {} },
    { line: 'PROXY UNKNOWN ffff:f...f:ffff whatever it knows 65535', expected: {} },
  ]) {
    test(`ok/${line}`, () => {
      const bytes = Buffer.from(`${line}\r\n`)
      expect(readProxyHeader(bytes)).toEqual({ length: bytes.length, ...expected })
    })
  }

  for (const line of [
    'PROXY ',
    'PROXY TCP4',
    'PROXY TCP5 192.0.2.7 192.0.2.1 1 2',
    'PROXY UDP4 192.0.2.7 192.0.2.1 1 2',
    'PROXY TCP4 192.0.2.7 192.0.2.1 1',
    'PROXY TCP4 192.0.2.7 192.0.2.1 1 2 3',
    'PROXY TCP4 192.0.2.7  192.0.2.1 1 2',
    'PROXY TCP4 192.0.2.256 192.0.2.1 1 2',
    'PROXY TCP4 192.0.2.7 hub 1 2',
    'PROXY TCP4 2001:db8::7 2001:db8::1 1 2',
    'PROXY TCP6 192.0.2.7 192.0.2.1 1 2',
    'PROXY TCP6 fe80::7%eth0 fe80::1 1 2',
    'PROXY TCP4 192.0.2.7 192.0.2.1 65536 2',
    'PROXY TCP4 192.0.2.7 192.0.2.1 01 2',
    'PROXY TCP4 192.0.2.7 192.0.2.1 -1 2',
    'PROXY UNKNOWNX',
    'PROXY TCP4 192.0.2.7 192.0.2.1 1 2\n',
    `PROXY UNKNOWN ${'x'.repeat(92)}`,
  ]) {
    test(`refused/${line}`, () => expect(readProxyHeader(Buffer.from(`${line}\r\n`))).toBe('malformed'))
  }

  test('may take 107 octets, and no more are waited for', () => {
    const longest = `PROXY UNKNOWN ${'x'.repeat(91)}\r\n`
    expect(readProxyHeader(Buffer.from(longest))).toEqual({ length: 107 })
    expect(readProxyHeader(Buffer.from(longest.slice(0, -1)))).toBe('incomplete')
    expect(readProxyHeader(Buffer.alloc(107, 'PROXY '))).toBe('malformed')
  })
})

describe('version 2', () => {
  for (const { name, header, expected } of [
    { name: 'IPv4', header: { family: 1, rest: '192.0.2.7' }, expected: { source: '192.0.2.7' } },
    { name: 'IPv6', header: { family: 2, rest: '2001:db8::7' }, expected: { source: '2001:db8::7' } },
    { name: 'IPv4 in IPv6', header: { family: 2, rest: '::ffff:192.0.2.7' }, expected: { source: '192.0.2.7' } },
    { name: 'TLVs behind it', header: { family: 1, rest: '192.0.2.7', tlv: 100 }, expected: { source: '192.0.2.7' } },
    { name: 'a socket of the proxy’s machine', header: { family: 3, rest: Buffer.alloc(216) }, expected: {} },
    { name: 'no addresses', header: { family: 0, transport: 0 }, expected: {} },
    { name: 'no addresses, and TLVs', header: { family: 0, transport: 0, tlv: 7 }, expected: {} },
    { name: 'an unspecified transport', header: { family: 1, transport: 0, rest: '192.0.2.7' }, expected: {} },
    { name: 'LOCAL', header: { command: 0, family: 0, transport: 0 }, expected: {} },
    { name: 'LOCAL, whatever family', header: { command: 0, family: 15, transport: 15, tlv: 3 }, expected: {} },
  ] satisfies readonly { name: string; header: BinaryHeader; expected: object }[]) {
    test(`ok/${name}`, () => {
      const bytes = encode(header)
      expect(readProxyHeader(bytes)).toEqual({ length: bytes.length, ...expected })
    })
  }

  for (const { name, header } of [
    { name: 'another version', header: { version: 1, family: 1, rest: '192.0.2.7' } },
    { name: 'another command', header: { command: 2, family: 1, rest: '192.0.2.7' } },
    { name: 'another family', header: { family: 4, rest: Buffer.alloc(216) } },
    { name: 'another family without transport', header: { family: 4, transport: 0 } },
    { name: 'UDP', header: { family: 1, transport: UDP, rest: '192.0.2.7' } },
    { name: 'too little for IPv4', header: { family: 1, rest: Buffer.alloc(11) } },
    { name: 'too little for IPv6', header: { family: 2, rest: Buffer.alloc(35) } },
    { name: 'too little for a local socket', header: { family: 3, rest: Buffer.alloc(215) } },
    { name: 'more than is waited for', header: { family: 1, rest: '192.0.2.7', tlv: 8192 } },
  ] satisfies readonly { name: string; header: BinaryHeader }[]) {
    test(`refused/${name}`, () => expect(readProxyHeader(encode(header))).toBe('malformed'))
  }
})

describe('what is no header', () => {
  for (const text of ['\x16\x03\x01', 'GET / HTTP/1.1', 'PUT /', 'PROPFIND', '\r\n\r\nGET /', '\x10\x0c']) {
    test(JSON.stringify(text), () => expect(readProxyHeader(Buffer.from(text))).toBe('absent'))
  }

  test('whatever bytes they are, they are read without a throw', () => {
    const beginnings = [Buffer.alloc(0), Buffer.from('PROXY '), encode({ family: 1 }).subarray(0, 12)]
    fc.assert(
      fc.property(fc.constantFrom(...beginnings), fc.uint8Array({ maxLength: 300 }), (beginning, bytes) => {
        const reading = readProxyHeader(Buffer.concat([beginning, bytes]))
        expect(typeof reading === 'string' || reading.length <= beginning.length + bytes.length).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })
})

test('a header that is cut anywhere is incomplete, and what follows it is not read', () => {
  const address = fc.oneof(fc.ipV4(), fc.ipV6())
  const text = address.map((source) => {
    const [family, other] = source.includes(':') ? ['TCP6', '::'] : ['TCP4', '0.0.0.0']
    return Buffer.from(`PROXY ${family} ${source} ${other} 1 65535\r\n`)
  })
  const binary = fc
    .record({ rest: address, tlv: fc.nat(300) })
    .map(({ rest, tlv }) => encode({ family: rest.includes(':') ? 2 : 1, rest, tlv }))
  fc.assert(
    fc.property(fc.oneof(text, binary), fc.uint8Array({ maxLength: 20 }), fc.nat(), (header, behind, cut) => {
      expect(readProxyHeader(header.subarray(0, cut % header.length))).toBe('incomplete')
      expect(readProxyHeader(Buffer.concat([header, behind]))).toMatchObject({ length: header.length })
    }),
    { numRuns: 500 },
  )
})

interface BinaryHeader {
  readonly version?: number
  readonly command?: number
  readonly family: number
  readonly transport?: number
  /** The source's address, or the whole block. */
  readonly rest?: string | Buffer
  /** Octets behind the addresses. */
  readonly tlv?: number
}

function encode({ version = 2, command = 1, family, transport = TCP, rest = Buffer.alloc(0), tlv = 0 }: BinaryHeader) {
  const block = typeof rest === 'string' ? Buffer.concat([octetsOf(rest), octetsOf(rest), Buffer.alloc(4)]) : rest
  const prefix = Buffer.from('\r\n\r\n\0\r\nQUIT\n____', 'latin1')
  prefix.writeUInt8((version << 4) | command, 12)
  prefix.writeUInt8((family << 4) | transport, 13)
  prefix.writeUInt16BE(block.length + tlv, 14)
  return Buffer.concat([prefix, block, Buffer.alloc(tlv)])
}

function octetsOf(address: string): Buffer {
  return Buffer.from(parse(address).toByteArray())
}
