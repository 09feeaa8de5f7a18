import { verify, X509Certificate } from 'node:crypto'
import { Integer, OctetString } from 'asn1js'
import {
  BasicOCSPResponse,
  CertID,
  Certificate,
  Extension,
  GeneralName,
  OCSPRequest,
  OCSPResponse,
  Request,
  type SingleResponse,
} from 'pkijs'

const NONCE = '1.3.6.1.5.5.7.48.1.2'

export interface Asked {
  readonly issuer: X509Certificate
  /** Hexadecimal. */
  readonly serialNumbers: readonly string[]
  readonly hash?: 'SHA-1' | 'SHA-256' | 'SHA-384'
  readonly nonce?: Uint8Array<ArrayBuffer>
  /** By its OID, critical. */
  readonly extension?: string
  readonly requestorName?: string
}

/** An OCSPRequest as another library writes it. */
export async function createOcspRequest(asked: Asked): Promise<Uint8Array> {
  const { issuer, serialNumbers, hash = 'SHA-1', nonce, extension, requestorName } = asked
  const request = new OCSPRequest()
  for (const serialNumber of serialNumbers) {
    const reqCert = await createCertId(issuer, hash, serialNumber)
    request.tbsRequest.requestList.push(new Request({ reqCert }))
  }
  const extensions = [
    ...(nonce ? [new Extension({ extnID: NONCE, extnValue: new OctetString({ valueHex: nonce }).toBER() })] : []),
    ...(extension ? [new Extension({ extnID: extension, critical: true, extnValue: new ArrayBuffer(2) })] : []),
  ]
  if (extensions.length > 0) request.tbsRequest.requestExtensions = extensions
  if (requestorName) request.tbsRequest.requestorName = new GeneralName({ type: 2, value: requestorName })
  return new Uint8Array(request.toSchema(true).toBER())
}

async function createCertId(issuer: X509Certificate, hashAlgorithm: string, serialNumber: string): Promise<CertID> {
  const issuerCertificate = toPkijs(issuer)
  const id = await CertID.create(issuerCertificate, { hashAlgorithm, issuerCertificate })
  id.serialNumber = new Integer({ valueHex: new Uint8Array(Buffer.from(serialNumber, 'hex')) })
  return id
}

function toPkijs({ raw }: X509Certificate): Certificate {
  return Certificate.fromBER(new Uint8Array(raw))
}

export interface ReadAnswer {
  /** RFC 6960 §4.2.1: 0 is successful. */
  readonly responseStatus: number
  readonly statuses: readonly (readonly [serialNumber: string, status: string])[]
  readonly nonce: string | undefined
  readonly thisUpdate: Date | undefined
  readonly nextUpdate: Date | undefined
  /** By a certificate that stands in it, and was signed by this issuer. */
  readonly isSigned: boolean
}

/** What another library reads in an answer. */
export function readOcspAnswer(body: Uint8Array<ArrayBuffer>, issuer: X509Certificate): ReadAnswer {
  const response = OCSPResponse.fromBER(body)
  const responseStatus = response.responseStatus.valueBlock.valueDec
  if (!response.responseBytes) {
    return {
      responseStatus,
      statuses: [],
      nonce: undefined,
      thisUpdate: undefined,
      nextUpdate: undefined,
      isSigned: false,
    }
  }
  const basic = BasicOCSPResponse.fromBER(response.responseBytes.response.valueBlock.valueHexView)
  const { responses, responseExtensions = [] } = basic.tbsResponseData
  const nonce = responseExtensions.find(({ extnID }) => extnID === NONCE)
  return {
    responseStatus,
    statuses: responses.map((one) => [hexOf(one.certID.serialNumber.valueBlock.valueHexView), readStatus(one)]),
    nonce: nonce && hexOf(nonce.extnValue.valueBlock.valueHexView),
    thisUpdate: responses[0]?.thisUpdate,
    nextUpdate: responses[0]?.nextUpdate,
    isSigned: isSignedFor(issuer, basic),
  }
}

function isSignedFor(issuer: X509Certificate, { certs = [], tbsResponseData, signature }: BasicOCSPResponse): boolean {
  const [signer] = certs.map((certificate) => new X509Certificate(Buffer.from(certificate.toSchema(true).toBER())))
  if (!signer?.checkIssued(issuer) || !signer.verify(issuer.publicKey)) return false
  const signed = Buffer.from(tbsResponseData.tbsView)
  return verify('sha256', signed, signer.publicKey, Buffer.from(signature.valueBlock.valueHexView))
}

const STATUSES = ['good', 'revoked', 'unknown']

function readStatus({ certStatus }: SingleResponse): string {
  const status = STATUSES[certStatus.idBlock.tagNumber] ?? ''
  if (status !== 'revoked') return status
  const [time, reason] = certStatus.valueBlock.value
  const code = reason?.valueBlock.value[0].valueBlock.valueDec
  return `revoked ${time.toDate().toISOString()}${code === undefined ? '' : ` for ${code}`}`
}

function hexOf(octets: Uint8Array): string {
  return Buffer.from(octets).toString('hex').toUpperCase()
}
