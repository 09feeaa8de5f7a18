import type { KeyObject } from 'node:crypto'
import { fillName } from '../alternative-name.ts'
import { formatDuration } from '../duration.ts'
import { DomainError } from '../errors.ts'
import { readKeyPurpose } from '../key-purpose.ts'
import { KEY_ALGORITHMS, type KeyAlgorithm } from './key-pair.ts'

/** What may be signed for devices or services, beyond what their kind fixes. */
export interface LeafProfile {
  readonly name: string
  /** In seconds; of a certificate for which no other life is asked. */
  readonly validitySeconds: number
  readonly maxValiditySeconds: number
  /** As `readKeyName` calls them; none: every kind that is certified. */
  readonly keyAlgorithms: readonly string[]
  /** Templates of names beside the one that says whose certificate it is. */
  readonly alternativeNames: readonly string[]
  /** Beside clientAuth, by name or object identifier. */
  readonly extendedKeyUsage: readonly string[]
}

const DAY_SECONDS = 86_400
const MIN_VALIDITY_SECONDS = 60

/** Where nobody names another. */
export const DEFAULT_PROFILE: LeafProfile = {
  name: 'default',
  validitySeconds: 365 * DAY_SECONDS,
  maxValiditySeconds: 3650 * DAY_SECONDS,
  keyAlgorithms: [],
  alternativeNames: [],
  extendedKeyUsage: [],
}

/** The life that is asked for, or the profile's own, in seconds; throws `profile_violation`. */
export function planLife(profile: LeafProfile, wanted: number | undefined): number {
  if (wanted === undefined) return profile.validitySeconds
  if (Number.isInteger(wanted) && wanted >= MIN_VALIDITY_SECONDS && wanted <= profile.maxValiditySeconds) return wanted
  const longest = formatDuration(profile.maxValiditySeconds)
  throw violation(profile, `a life from ${formatDuration(MIN_VALIDITY_SECONDS)} to ${longest}`, formatDuration(wanted))
}

/** Throws `profile_violation` where an id makes no name of the kind. */
export function planNames(
  { alternativeNames, ...profile }: LeafProfile,
  ids: { readonly device: string; readonly user?: string },
) {
  return alternativeNames.map((template) => {
    const name = fillName(template, ids)
    if (name) return name
    const found = ids.user === undefined ? ids.device : `${ids.device} of user ${ids.user}`
    throw violation(profile, `ids that fit into ${template}`, found)
  })
}

/** Object identifiers. */
export function planKeyPurposes({ extendedKeyUsage }: LeafProfile): readonly string[] {
  return extendedKeyUsage.flatMap((purpose) => readKeyPurpose(purpose) ?? [])
}

/** The algorithm of a key that is made here; throws `profile_violation`. */
export function planKey(profile: LeafProfile, wanted: KeyAlgorithm | undefined, usual: KeyAlgorithm): KeyAlgorithm {
  const { keyAlgorithms } = profile
  const isAllowed = (name: string): boolean => keyAlgorithms.length === 0 || keyAlgorithms.includes(name)
  const chosen = wanted ?? [usual, ...KEY_ALGORITHMS].find(isAllowed)
  if (chosen !== undefined && isAllowed(chosen)) return chosen
  throw violation(
    profile,
    `a key of ${keyAlgorithms.join(' or ')}`,
    wanted ?? 'one that is made here: let the device make it and send a request',
  )
}

/** Throws `profile_violation` for the key of a request that is not of the profile's kinds. */
export function checkKey(profile: LeafProfile, publicKey: KeyObject): void {
  const { keyAlgorithms } = profile
  if (keyAlgorithms.length === 0) return
  const name = readKeyName(publicKey)
  if (keyAlgorithms.includes(name)) return
  throw violation(profile, `a key of ${keyAlgorithms.join(' or ')}`, name)
}

const CURVE_NAMES = new Map([
  ['prime256v1', 'ec-p256'],
  ['secp384r1', 'ec-p384'],
])

function readKeyName({ asymmetricKeyType, asymmetricKeyDetails = {} }: KeyObject): string {
  const { namedCurve = '', modulusLength } = asymmetricKeyDetails
  if (modulusLength !== undefined) return `rsa-${modulusLength}`
  return CURVE_NAMES.get(namedCurve) ?? String(asymmetricKeyType)
}

function violation({ name }: Pick<LeafProfile, 'name'>, expected: string, found: string): DomainError {
  return new DomainError('profile_violation', `The profile ${name} asks for ${expected}, not ${found}`)
}
