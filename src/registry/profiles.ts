import type { LeafProfile } from '../ca/leaf-profile.ts'
import { DomainError } from '../errors.ts'
import type { IssueWishes, LeafIssuer } from './ports.ts'

export interface Profile extends LeafProfile {
  /** How long before its end a device may renew a certificate; undefined: what holds for all. */
  readonly renewBeforeSeconds: number | undefined
}

/** What certificates of devices and services may be, as it stands in the configuration now. */
export interface Profiles {
  find(name: string): Profile | undefined
  /** Throws `profile_violation` with what to do. */
  get(name: string): Profile
}

export const DEFAULT_PROFILE_NAME = 'default'

export function createProfiles(find: Profiles['find']): Profiles {
  return {
    find,
    get(name) {
      const profile = find(name)
      if (profile) return profile
      throw new DomainError(
        'profile_violation',
        `No profile is called ${JSON.stringify(name.slice(0, 80))}: write it under profiles in the configuration, or name another`,
      )
    },
  }
}

/** One that takes profiles themselves. */
export interface ProfileIssuer extends Omit<LeafIssuer, 'issueDevice' | 'certifyDevice' | 'issueService'> {
  issueDevice(deviceId: string, userId: string, wishes: ProfiledWishes): Promise<Leaf & KeyHolder>
  certifyDevice(
    deviceId: string,
    userId: string,
    publicKey: Parameters<LeafIssuer['certifyDevice']>[2],
    wishes: Omit<ProfiledWishes, 'keyAlgorithm'>,
  ): Promise<Leaf>
  issueService(name: string, wishes: ProfiledWishes): Promise<Leaf & KeyHolder>
}

type Leaf = Omit<Awaited<ReturnType<LeafIssuer['certifyDevice']>>, 'terms'>
type KeyHolder = { readonly privateKeyPem: string }
type ProfiledWishes = Omit<IssueWishes, 'profile'> & { readonly profile: LeafProfile }

/** The issuer as the registry asks it: by the names of profiles, looked up at each request. */
export function profileIssuer(issuer: ProfileIssuer, profiles: Profiles): LeafIssuer {
  return {
    async issueDevice(deviceId, userId, wishes) {
      const { profile, terms } = read(wishes)
      return { ...(await issuer.issueDevice(deviceId, userId, { ...wishes, profile })), terms }
    },
    async certifyDevice(deviceId, userId, publicKey, wishes) {
      const { profile, terms } = read(wishes)
      return { ...(await issuer.certifyDevice(deviceId, userId, publicKey, { ...wishes, profile })), terms }
    },
    async issueService(name, wishes) {
      const { profile, terms } = read(wishes)
      return { ...(await issuer.issueService(name, { ...wishes, profile })), terms }
    },
    issueAdministrator: (name, wishes) => issuer.issueAdministrator(name, wishes),
    readSigningRequest: (request) => issuer.readSigningRequest(request),
    get caCertificatePem() {
      return issuer.caCertificatePem
    },
  }

  function read({ profile: name = DEFAULT_PROFILE_NAME, validitySeconds }: IssueWishes) {
    const terms = { profile: name, ...(validitySeconds === undefined ? {} : { validitySeconds }) }
    return { profile: profiles.get(name), terms }
  }
}
