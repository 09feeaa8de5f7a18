import { DomainError } from '../../errors.ts'

/** What a device says to be certified. */
export interface RenewalMessage {
  /** By which the device knows the answer again; none where it sent none that can be given back. */
  readonly id: string | number | undefined
  /** PKCS#10, PEM or DER; empty where there is none. */
  readonly request: Uint8Array
}

/** RSA of 8192 bits, as PEM in JSON, is a third of it. */
const MAX_OCTETS = 16_384
const MAX_ID = 128
const BRACE = 0x7b

/** A request as it is, or `{"id": ..., "csr": "..."}`; throws `body_too_large` and `bad_request`. */
export function parseRenewalMessage(payload: Buffer): RenewalMessage {
  if (payload.length > MAX_OCTETS) {
    throw new DomainError('body_too_large', `A certificate request has at most ${MAX_OCTETS} octets`)
  }
  // DER begins with 0x30 (a SEQUENCE), PEM with a hyphen.
  if (payload[0] !== BRACE) return { id: undefined, request: payload }
  const { id, csr } = parseObject(payload.toString())
  return { id: isId(id) ? id : undefined, request: Buffer.from(typeof csr === 'string' ? csr : '') }
}

function isId(id: unknown): id is string | number {
  return typeof id === 'number' || (typeof id === 'string' && id.length <= MAX_ID)
}

function parseObject(text: string): { readonly id?: unknown; readonly csr?: unknown } {
  try {
    return Object(JSON.parse(text))
  } catch (cause) {
    throw new DomainError('bad_request', 'The message begins like JSON and is none', { cause })
  }
}
