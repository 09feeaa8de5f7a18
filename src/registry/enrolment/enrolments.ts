import type { Clock } from '../../clock.ts'
import { DomainError } from '../../errors.ts'
import { isId } from '../../identifiers.ts'
import type { Peer } from '../../peer-identity.ts'
import type { RefusalCause } from '../../refusal.ts'
import { isActive } from '../certificate.ts'
import type { Certificates } from '../certificates.ts'
import type { Devices } from '../devices.ts'
import type { CertificateStore, CertifiedKeys, DeviceStore } from '../ports.ts'
import { DEFAULT_PROFILE_NAME } from '../profiles.ts'
import type { Renewals } from '../renewals.ts'
import type { ReadRequestedKey, RequestedKey } from '../requested-keys.ts'
import { readToken, TOKEN_PREFIX } from '../token-secret.ts'
import { WrongPasswords } from '../wrong-passwords.ts'
import type { Enrolment } from './enrolment.ts'
import { covers, type EnrolmentToken, isSecretOf } from './enrolment-token.ts'
import type { EnrolmentStore, EnrolmentTokenStore } from './ports.ts'
import type { WaitingEnrolments } from './waiting-enrolments.ts'

/** A device, and the token that it shows for itself. */
export interface EnrolmentLogin {
  readonly deviceId: string
  readonly token: string
}

export interface AdmittedEnrolment {
  readonly admitted: true
  readonly deviceId: string
  readonly token: EnrolmentToken
}

export type EnrolmentAdmission =
  | AdmittedEnrolment
  | { readonly admitted: false; readonly cause: RefusalCause; readonly presented: Readonly<Record<string, string>> }

export interface EnrolmentRequest {
  /** PKCS#10. */
  readonly request: Uint8Array
  /** The profile that the device asks for; it gets no other than it may have. */
  readonly profile: string | undefined
}

/** A certificate, as the device that holds its key gets it. */
export interface EnrolledDevice {
  readonly certificatePem: string
}

/** What a device without a certificate does, and one that shows its own. */
export interface Enrolments {
  /** Whether the token is known and meant for this id; synchronous. */
  admit(login: EnrolmentLogin, address: string): EnrolmentAdmission
  /**
   * The certificate, or what waits for an administrator. Throws `profile_violation`, `request_name_wrong`,
   * `enrolment_token_ended`, `enrolment_rejected`, `enrolments_full`, and what `certifyDevice` throws.
   */
  enrol(
    admitted: AdmittedEnrolment,
    request: EnrolmentRequest,
    address: string,
  ): Promise<EnrolledDevice | { readonly waiting: Enrolment }>
  /** By the certificate that the device shows: the renewal's own decision. */
  reenrol(peer: Peer, request: EnrolmentRequest): Promise<EnrolledDevice>
}

export interface EnrolmentsOptions {
  readonly tokens: EnrolmentTokenStore
  readonly enrolments: EnrolmentStore
  readonly waiting: WaitingEnrolments
  readonly readRequestedKey: ReadRequestedKey
  readonly issued: Pick<CertificateStore, 'listOf'> & CertifiedKeys
  readonly stored: Pick<DeviceStore, 'find'>
  readonly devices: Pick<Devices, 'resolveOwner'>
  readonly certificates: Pick<Certificates, 'certifyDevice'>
  readonly renewals: Pick<Renewals, 'admit' | 'renew'>
  readonly clock: Clock
}

export function createEnrolments(options: EnrolmentsOptions): Enrolments {
  const { tokens, enrolments, waiting, readRequestedKey, issued, stored, devices, certificates, renewals } = options
  const { clock } = options
  const wrong = new WrongPasswords(clock)
  return {
    admit({ deviceId, token: text }, address) {
      const presented = { userName: deviceId.includes(TOKEN_PREFIX) ? 'a token' : deviceId.slice(0, 80) }
      if (wrong.isExhausted(deviceId, address)) return { admitted: false, cause: 'login_over_limit', presented }
      const token = findToken(text)
      if (!token) {
        // What is no id is not worth remembering.
        if (isId(deviceId)) wrong.note(deviceId, address)
        return { admitted: false, cause: 'enrolment_token_invalid', presented }
      }
      wrong.forgive(deviceId, address)
      const known = { ...presented, token: token.id }
      if (covers(token, deviceId)) return { admitted: true, deviceId, token }
      return { admitted: false, cause: 'enrolment_id_wrong', presented: known }
    },

    async enrol({ deviceId, token }, { request, profile }, address) {
      requireProfile(profile, token.profile)
      const key = await readRequestedKey(request, deviceId)
      requireOwnName(key, deviceId)
      requireWelcome(token, deviceId)
      const repeated = findUnseen(key, deviceId, token.profile)
      if (repeated !== undefined) return { certificatePem: repeated }
      const asked = { tokenId: token.id, deviceId, keyThumbprint: key.thumbprint }
      if (token.approval && enrolments.findAsked(asked, clock())?.state !== 'approved') {
        requireRoom(token, deviceId)
        return { waiting: waiting.ask(token, asked, key.der, address) }
      }
      const { userId, policies, onExisting } = token
      const owner = userId === undefined ? {} : { userId }
      const { certificate } = await certificates.certifyDevice({
        ...{ deviceId, ...owner, policies, onExisting, request, profile: token.profile },
        requireAllowed() {
          requireWelcome(token, deviceId)
          waiting.use(token.id, asked)
        },
      })
      return { certificatePem: certificate.pem }
    },

    async reenrol(peer, { request, profile }) {
      const admission = renewals.admit(peer)
      if (admission.admitted) {
        const { identity, certificate } = admission
        requireProfile(profile, certificate.profile ?? DEFAULT_PROFILE_NAME)
        requireOwnName(await readRequestedKey(request, identity.id), identity.id)
      }
      const { certificate } = await renewals.renew(peer, request)
      return { certificatePem: certificate.pem }
    },
  }

  function findToken(text: string): EnrolmentToken | undefined {
    const presented = readToken(text)
    const token = presented && tokens.find(presented.id)
    return presented && token && isSecretOf(token, presented) && !token.revokedAt ? token : undefined
  }

  /** The answer may have been lost: nobody has ever connected with it, and only the holder of its key asks for it. */
  function findUnseen({ thumbprint }: RequestedKey, deviceId: string, profile: string): string | undefined {
    const now = clock()
    return issued
      .listOfKey(thumbprint)
      .find((one) => one.subjectId === deviceId && one.profile === profile && !one.firstSeenAt && isActive(one, now))
      ?.pem
  }

  /** Whom an administrator has shut out does not come back by what was given out before. */
  function requireWelcome({ id, approval, createdAt }: EnrolmentToken, deviceId: string): void {
    if (stored.find(deviceId)?.state === 'suspended') {
      throw new DomainError('device_suspended', `Device ${deviceId} is suspended: signet device resume ${deviceId}`)
    }
    if (approval) return
    const isShutOut = issued
      .listOf('device', deviceId)
      .some(
        ({ revokedAt, revocationReason }) => revocationReason !== 'superseded' && revokedAt && revokedAt > createdAt,
      )
    if (!isShutOut) return
    throw new DomainError(
      'enrolment_token_ended',
      `Device ${deviceId} was revoked after enrolment token ${id} was made: make one for it anew (signet enrolment-token create ${deviceId})`,
    )
  }

  /** Told at once what would stand in the way of an approved request. */
  function requireRoom({ userId, onExisting }: EnrolmentToken, deviceId: string): void {
    devices.resolveOwner(deviceId, userId)
    const now = clock()
    if (onExisting !== 'fail' || !issued.listOf('device', deviceId).some((one) => isActive(one, now))) return
    throw new DomainError('certificate_exists', `${deviceId} already has an active certificate: revoke it first`)
  }
}

function requireProfile(wanted: string | undefined, allowed: string): void {
  if (wanted === undefined || wanted === allowed) return
  throw new DomainError(
    'profile_violation',
    `The device may have the profile ${allowed}, not ${JSON.stringify(wanted)}`,
  )
}

/** A request may leave its subject empty; one that names anybody names the device. */
function requireOwnName({ commonNames: [name, ...others] }: RequestedKey, deviceId: string): void {
  if (name === undefined || (name === deviceId && others.length === 0)) return
  throw new DomainError(
    'request_name_wrong',
    `The request is for ${JSON.stringify([name, ...others].join(', ').slice(0, 80))}, and ${deviceId} asks with it: its CN is the id`,
  )
}
