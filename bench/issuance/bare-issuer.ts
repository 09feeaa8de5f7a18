/**
 * What no issuer in Node can leave out: HTTP, JSON, the proof of a request or the making of a key, a signature over as
 * many octets as a certificate has. No certificate comes of it, nothing is looked up and nothing is kept. Started by
 * fork(): it sends its port.
 */
import {
  createPublicKey,
  generateKeyPair,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'

const SIGNED_OCTETS = randomBytes(450)
const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const makeKey = promisify(generateKeyPair)

const server = createServer(async (incoming, outgoing) => {
  const { csr } = JSON.parse(await text(incoming))
  if (csr !== undefined) prove(Buffer.from(csr.replace(/-----[^-]+-----|\s/g, ''), 'base64'))
  const made = csr === undefined ? await makeKey('ec', { namedCurve: 'P-256' }) : undefined
  answer(outgoing, made?.privateKey)
})
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))

/** RFC 2986 §4: CertificationRequest is SEQUENCE { info SEQUENCE { version, subject, key, ... }, algorithm, signature }. */
function prove(request: Buffer): void {
  const info = within(request, 0)
  const key = after(request, after(request, within(request, info)))
  const algorithm = after(request, info)
  const signature = within(request, after(request, algorithm))
  const publicKey = createPublicKey({ key: request.subarray(key, after(request, key)), format: 'der', type: 'spki' })
  // A BIT STRING begins with the number of bits that it leaves unused.
  if (!verify('sha256', request.subarray(info, algorithm), publicKey, request.subarray(signature + 1))) {
    throw new Error('a request that was not signed with its key')
  }
}

function answer(outgoing: ServerResponse, privateKey: KeyObject | undefined): void {
  const signature = sign('sha256', SIGNED_OCTETS, authority)
  const certificate = Buffer.concat([SIGNED_OCTETS, signature]).toString('base64')
  const pem = `-----BEGIN CERTIFICATE-----\n${certificate.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`
  const key = privateKey && { key: privateKey.export({ type: 'pkcs8', format: 'pem' }) }
  const body = JSON.stringify({ certificate: pem, ca: pem, ...key })
  outgoing.writeHead(201, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body)
}

/** Where the contents of the element at that place begin. */
function within(der: Buffer, at: number): number {
  const length = der[at + 1] ?? 0
  return at + 2 + (length < 0x80 ? 0 : length & 0x7f)
}

/** Where the element that follows the one at that place begins. */
function after(der: Buffer, at: number): number {
  const begin = within(der, at)
  return begin + (begin === at + 2 ? (der[at + 1] ?? 0) : der.readUIntBE(at + 2, begin - at - 2))
}
