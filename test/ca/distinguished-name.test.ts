import { expect, test } from 'vitest'
import { derObjectIdentifier, derSequence, derSet, derUtf8String, encodeDer } from '../../src/ca/der.ts'
import { DerReader, MalformedDer } from '../../src/ca/der-reader.ts'
import { encodeCommonName, readCommonNames } from '../../src/ca/distinguished-name.ts'

const CN = derObjectIdentifier('2.5.4.3')
const O = derObjectIdentifier('2.5.4.10')

for (const name of ['pump-1', 'pump, CN=admin', 'Größe 水', 'x'.repeat(64), '']) {
  test(`${JSON.stringify(name.slice(0, 20))} is read as it was written`, () => {
    expect(readCommonNames(new DerReader(encodeCommonName(name)).read(0x30))).toEqual([name])
  })
}

test('every CN is told in its order, of one relative name too, and nothing else', () => {
  const both = derSet(derSequence(CN, derUtf8String('b')), derSequence(O, derUtf8String('Works')))
  const alone = (text: string) => derSet(derSequence(CN, derUtf8String(text)))
  expect(readCommonNames(Buffer.concat([alone('a'), both, alone('c')]))).toEqual(['a', 'b', 'c'])
})

for (const { name, value, expected } of [
  { name: 'PrintableString', value: encodeDer(0x13, Buffer.from('pump')), expected: 'pump' },
  { name: 'IA5String', value: encodeDer(0x16, Buffer.from('pump@1')), expected: 'pump@1' },
  { name: 'TeletexString', value: encodeDer(0x14, Buffer.from('gr\u00fcn', 'latin1')), expected: 'gr\u00fcn' },
  { name: 'BMPString', value: encodeDer(0x1e, Buffer.from('\u6c34', 'utf16le').swap16()), expected: '\u6c34' },
]) {
  test(`ok/a CN that is a ${name}`, () => {
    expect(readCommonNames(derSet(derSequence(CN, value)))).toEqual([expected])
  })
}

for (const { name, contents } of [
  { name: 'a CN that is no string', contents: derSet(derSequence(CN, encodeDer(0x02, Buffer.from([1])))) },
  { name: 'a BMPString of half a character', contents: derSet(derSequence(CN, encodeDer(0x1e, Buffer.from([0])))) },
  { name: 'an attribute without a value', contents: derSet(derSequence(CN)) },
  { name: 'an attribute of two values', contents: derSet(derSequence(CN, derUtf8String('a'), derUtf8String('b'))) },
  { name: 'what is no SET', contents: derSequence(CN, derUtf8String('a')) },
]) {
  test(`refused/${name}`, () => {
    expect(() => readCommonNames(contents)).toThrow(MalformedDer)
  })
}
