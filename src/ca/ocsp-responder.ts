import type { Clock } from '../clock.ts'
import type { CertificateAuthority } from './authority.ts'
import {
  type CertificateId,
  createCertificateId,
  createIssuerIds,
  type IssuerId,
  isSameIssuer,
} from './certificate-id.ts'
import { parseOcspRequest } from './ocsp-request.ts'
import {
  type CertificateStatus,
  encodeOcspError,
  type OcspError,
  type SingleResponse,
  signOcspResponse,
} from './ocsp-response.ts'
import { OcspSignerRenewal } from './ocsp-signer.ts'

export interface OcspAnswer {
  /** DER */
  readonly body: Buffer<ArrayBuffer>
  /** Of one that may be given again to whoever asks for the same: RFC 5019 §6. */
  readonly life?: { readonly madeAt: Date; readonly nextUpdate: Date }
}

export interface OcspResponderOptions {
  readonly authority: Pick<CertificateAuthority, 'certificate' | 'encodedSubject' | 'issueOcspSigner' | 'notAfter'>
  /** By the serial number of a certificate of this CA; asked for each answer, one that is given again too. */
  readonly statusOf: (serialNumber: string) => CertificateStatus
  /** Told once of each reason why nothing can be signed. */
  readonly onFailure: (error: Error) => void
  readonly clock: Clock
}

const LIFE_MS = 12 * 3_600_000
const BACKDATED_MS = 5 * 60_000
/** About a thousand octets each. */
const MAX_KEPT = 10_000
/** To ask costs a stranger less than to sign costs us. */
const MAX_SIGNING = 64

interface Kept {
  readonly status: CertificateStatus
  readonly madeAt: Date
  readonly answer: Promise<OcspAnswer>
}

/** Says whether certificates of one CA are revoked: RFC 6960, RFC 5019. */
export class OcspResponder {
  readonly #options: OcspResponderOptions
  readonly #signers: OcspSignerRenewal
  readonly #issuers: readonly [IssuerId, ...IssuerId[]]
  // A Map keeps insertion order, so the first key is the oldest.
  readonly #kept = new Map<string, Kept>()
  #signing = 0
  #fault: string | undefined

  constructor(options: OcspResponderOptions) {
    const { authority, clock } = options
    this.#options = options
    this.#signers = new OcspSignerRenewal(authority, clock)
    this.#issuers = createIssuerIds(authority.encodedSubject, authority.certificate)
  }

  /** The end of who signs the answers; none before the first. */
  get signerEndsAt(): Date | undefined {
    return this.#signers.endsAt
  }

  /** Whether a certificate of this CA is among those that the request asks for. */
  isAsked(request: Uint8Array): boolean {
    return parseOcspRequest(request)?.certificates.some(this.#isOurs) ?? false
  }

  /** To an OCSPRequest of anybody, DER. */
  answer(request: Uint8Array): Promise<OcspAnswer> {
    return this.#guard(async () => {
      const parsed = parseOcspRequest(request)
      if (!parsed) return refuse('malformedRequest')
      const { certificates, nonce } = parsed
      // RFC 5019 §2.2.3: of those of other CAs alone nothing can be said with authority.
      if (!certificates.some(this.#isOurs)) return refuse('unauthorized')
      const responses = certificates.map((id) => this.#judge(id))
      const [first, ...others] = responses
      const isLasting = first && others.length === 0 && nonce === undefined
      return await (isLasting ? this.#answerLasting(first) : this.#sign(responses, nonce))
    })
  }

  /** What may be stapled to a certificate of this CA; undefined: nothing can be signed now. */
  async answerFor(serialNumber: string): Promise<Buffer<ArrayBuffer> | undefined> {
    const id = createCertificateId(this.#issuers[0], serialNumber)
    const { body, life } = await this.#guard(async () => await this.#answerLasting(this.#judge(id)))
    return life && body
  }

  async #guard(work: () => Promise<OcspAnswer>): Promise<OcspAnswer> {
    try {
      return await work()
    } catch (error) {
      this.#tell(error as Error)
      return refuse('internalError')
    }
  }

  readonly #isOurs = ({ issuer }: CertificateId): boolean => this.#issuers.some((own) => isSameIssuer(issuer, own))

  #judge(id: CertificateId): SingleResponse {
    const status = this.#isOurs(id) ? this.#options.statusOf(id.serialNumber) : UNKNOWN
    return { certificateId: id.encoding, status }
  }

  /** The one that was given before, for as long as it is true and young. */
  #answerLasting(response: SingleResponse): Promise<OcspAnswer> {
    const { certificateId, status } = response
    // What is unknown may be issued or imported at any time, and whoever makes up numbers is to fill nothing.
    if (status.status === 'unknown') return this.#sign([response])
    const key = Buffer.from(certificateId).toString('latin1')
    const now = this.#options.clock()
    const kept = this.#kept.get(key)
    const isPast = now > this.#options.authority.notAfter
    if (kept && isSame(kept.status, status) && isYoung(kept.madeAt, now) && !isPast) return kept.answer
    const answer = this.#sign([response])
    this.#keep(key, { status, madeAt: now, answer })
    return answer
  }

  #keep(key: string, kept: Kept): void {
    this.#kept.delete(key)
    this.#kept.set(key, kept)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest)
    // One that says only why there is no answer is for nobody else.
    const drop = (): void => {
      if (this.#kept.get(key) === kept) this.#kept.delete(key)
    }
    kept.answer.then(({ life }) => life ?? drop(), drop)
  }

  async #sign(responses: readonly SingleResponse[], nonce?: Uint8Array): Promise<OcspAnswer> {
    if (this.#signing >= MAX_SIGNING) return refuse('tryLater')
    this.#signing += 1
    try {
      return await this.#signNow(responses, nonce)
    } finally {
      this.#signing -= 1
    }
  }

  async #signNow(responses: readonly SingleResponse[], nonce: Uint8Array | undefined): Promise<OcspAnswer> {
    // Before anything is waited for: the status was asked in this tick.
    const madeAt = this.#options.clock()
    const signer = await this.#signers.current()
    const nextUpdate = new Date(Math.min(madeAt.getTime() + LIFE_MS, signer.notAfter.getTime()))
    // Clients whose clock is a little behind would refuse an answer that is not valid yet.
    const thisUpdate = new Date(madeAt.getTime() - BACKDATED_MS)
    const plan = { responses, producedAt: madeAt, thisUpdate, nextUpdate, nonce }
    const body = await signOcspResponse(plan, signer)
    this.#fault = undefined
    const isLasting = nonce === undefined && responses.every(({ status }) => status.status !== 'unknown')
    return isLasting ? { body, life: { madeAt, nextUpdate } } : { body }
  }

  #tell(error: Error): void {
    if (error.message !== this.#fault) this.#options.onFailure(error)
    this.#fault = error.message
  }
}

const UNKNOWN: CertificateStatus = { status: 'unknown' }

function refuse(error: OcspError): OcspAnswer {
  return { body: encodeOcspError(error) }
}

function isYoung(madeAt: Date, now: Date): boolean {
  const age = now.getTime() - madeAt.getTime()
  return age >= 0 && age < LIFE_MS / 2
}

function isSame(one: CertificateStatus, other: CertificateStatus): boolean {
  if (one.status !== 'revoked' || other.status !== 'revoked') return one.status === other.status
  return one.revokedAt.getTime() === other.revokedAt.getTime() && one.reason === other.reason
}
