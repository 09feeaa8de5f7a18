/** A request for a first certificate that an administrator has to say yes to. */
export interface Enrolment {
  readonly id: string
  readonly tokenId: string
  readonly deviceId: string
  /** Of the key that the device has made. */
  readonly keyThumbprint: string
  /** PKCS#10, base64 of the DER. */
  readonly request: string
  readonly address: string
  readonly state: EnrolmentState
  readonly requestedAt: Date
  readonly decidedAt: Date | undefined
  /** When it is forgotten, whatever its state. */
  readonly lapsesAt: Date
}

export const ENROLMENT_STATES = ['pending', 'approved', 'rejected'] as const

export type EnrolmentState = (typeof ENROLMENT_STATES)[number]

/** From when it came, and again from when somebody decided. */
export const ENROLMENT_LIFE_MS = 7 * 86_400_000
