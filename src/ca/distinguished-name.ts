import { derOid, derSequence, derSet, derUtf8String } from './der.ts'
import { DerReader, MalformedDer } from './der-reader.ts'

// id-at-commonName
const COMMON_NAME = '550403'

/** A name of one CN, DER: RFC 5280 §4.1.2.4. Whatever stands in it stays one name: commas and equals signs mean nothing here. */
export function encodeCommonName(commonName: string): Buffer<ArrayBuffer> {
  return derSequence(derSet(derSequence(derOid(COMMON_NAME), derUtf8String(commonName))))
}

/** Every CN of a name, in their order; of the contents of its SEQUENCE. Throws `MalformedDer`. */
export function readCommonNames(name: Buffer): readonly string[] {
  const commonNames: string[] = []
  const relativeNames = new DerReader(name)
  while (!relativeNames.isAtEnd) {
    const attributes = new DerReader(relativeNames.read(0x31))
    while (!attributes.isAtEnd) {
      const attribute = new DerReader(attributes.read(0x30))
      const type = attribute.read(0x06).toString('hex')
      const value = attribute.readAny()
      attribute.end()
      if (type === COMMON_NAME) commonNames.push(decodeString(value))
    }
  }
  return commonNames
}

/** RFC 5280 §4.1.2.4, DirectoryString, and the IA5String that others put there. */
function decodeString({ tag, contents }: { readonly tag: number; readonly contents: Buffer }): string {
  switch (tag) {
    case 0x0c:
      return contents.toString('utf8')
    case 0x13:
    case 0x14:
    case 0x16:
      return contents.toString('latin1')
    case 0x1e:
      return decodeBmpString(contents)
    default:
      throw new MalformedDer(`A CN is a string, not a value of tag ${tag}`)
  }
}

function decodeBmpString(contents: Buffer): string {
  if (contents.length % 2 !== 0) throw new MalformedDer('A BMPString has two octets a character')
  return Buffer.from(contents).swap16().toString('utf16le')
}
