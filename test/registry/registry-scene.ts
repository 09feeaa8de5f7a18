import { X509Certificate } from 'node:crypto'
import { compare } from 'bcryptjs'
import { createStores } from '../../src/app-stores.ts'
import type { CertificateAuthority } from '../../src/ca/authority.ts'
import { DEFAULT_PROFILE } from '../../src/ca/leaf-profile.ts'
import { createMemoryAuthority } from '../../src/ca/memory-authority.ts'
import type { Clock } from '../../src/clock.ts'
import { type Database, openDatabase } from '../../src/db/database.ts'
import { judgeChain } from '../../src/edge/chain-verdict.ts'
import { EventFeed } from '../../src/events.ts'
import { type ChainVerdict, type Peer, readPeerCertificate } from '../../src/peer-identity.ts'
import type { Certificate } from '../../src/registry/certificate.ts'
import { createIssuers } from '../../src/registry/issuers.ts'
import type { Cutter } from '../../src/registry/ports.ts'
import { createProfiles, type Profile, type ProfileIssuer, profileIssuer } from '../../src/registry/profiles.ts'
import { createRegistry, type Registry, type RegistryOptions, type Stores } from '../../src/registry/registry.ts'

export const NOON = new Date('2026-11-22T12:00:00.000Z')
export const MINUTE_MS = 60_000
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS

/** One call of the cutter, with what the registry would have answered at that moment. */
export interface Cut {
  readonly call: 'cutCredentials' | 'cutIdentity' | 'forgetIdentity'
  readonly of: readonly string[]
  /** How many of the certificates were unrevoked, or sessions of the identity still admissible. */
  readonly admissible: number
}

export interface Scene extends Disposable {
  readonly registry: Registry
  readonly stores: Stores
  readonly database: Database
  readonly authority: CertificateAuthority
  readonly clock: Clock
  readonly cuts: readonly Cut[]
  /** Whose bans were lifted, as `kind id`. */
  readonly lifted: readonly string[]
  /** Every event, as `type id`. */
  readonly events: readonly string[]
  advance(milliseconds: number): void
  /** From now on no transaction can be committed, as on a full disk. */
  failCommits(): void
  /** Resolves once the work that nobody waits for is done. */
  settle(): Promise<void>
  /** The certificates of a device that would let it in now, oldest first. */
  active(deviceId: string): readonly Certificate[]
}

export type SceneOverrides = Partial<
  Pick<
    RegistryOptions,
    | 'issuers'
    | 'allowCommonNameOnly'
    | 'unknownCertificates'
    | 'renewal'
    | 'mode'
    | 'apiAuth'
    | 'plainMqtt'
    | 'onNewRefusal'
    | 'onExpiring'
  >
> & {
  /** By name, beside `default`. */
  readonly issuer?: ProfileIssuer
  /** When the sessions of an identity that is cut are closed; at once without it. */
  readonly closing?: Promise<void>
  readonly profiles?: Readonly<Record<string, Profile>>
}

const DEFAULT: Profile = { ...DEFAULT_PROFILE, renewBeforeSeconds: undefined }

/** The whole registry on SQLite in memory and a CA of its own; the clock stands still and the cutter writes down. */
export async function createScene(overrides: SceneOverrides = {}): Promise<Scene> {
  let now = NOON
  const clock: Clock = () => now
  const authority = await createMemoryAuthority(clock)
  const database = openDatabase()
  const commits = { fail: false }
  const kept = createStores(database, clock)
  const stores: Stores = {
    ...kept,
    transaction: (work) => kept.transaction(failing(work, commits)),
    sharedTransaction: (work, onCommitted) => kept.sharedTransaction(failing(work, commits), onCommitted),
  }
  const events = new EventFeed()
  const told = listen(events)
  const cuts: Cut[] = []
  const lifted: string[] = []
  const background: Promise<void>[] = []
  const profiles = createProfiles((name) => overrides.profiles?.[name] ?? (name === 'default' ? DEFAULT : undefined))
  const registry = createRegistry({
    stores,
    issuers: createIssuers({
      own: () => [authority.fingerprint, OWN_CA],
      leaving: () => undefined,
      foreign: () => undefined,
    }),
    issuerName: authority.certificate.subject,
    cutter: createCutter(stores, cuts, lifted, overrides.closing),
    onCrlChange: () => undefined,
    compareBcrypt: compare,
    judgeChain: (certificate) => judgeChain(certificate, [authority.certificate]),
    authorityOf: () => authority.fingerprint,
    allowCommonNameOnly: () => false,
    mode: 'mtls',
    apiAuth: { mode: 'token', openOnLoopback: false },
    plainMqtt: false,
    renewal: {
      beforeSecondsOf: (name) => profiles.get(name).renewBeforeSeconds,
      afterExpiryDays: 0,
      isAsked: () => false,
    },
    unknownCertificates: { mode: 'deny', owner: 'default' },
    inBackground: (work) => void background.push(work),
    onNewRefusal: () => undefined,
    onRefusedAgain: () => undefined,
    onExpiring: () => undefined,
    events,
    clock,
    ...overrides,
    issuer: profileIssuer(overrides.issuer ?? authority, profiles),
  })
  return {
    registry,
    stores,
    database,
    authority,
    clock,
    cuts,
    lifted,
    events: told,
    advance(milliseconds) {
      now = new Date(now.getTime() + milliseconds)
    },
    async settle() {
      await Promise.all(background)
    },
    failCommits() {
      commits.fail = true
    },
    active: (deviceId) =>
      stores.certificates
        .listOf('device', deviceId)
        .filter(({ fingerprint }) => registry.certificates.validate(fingerprint).valid)
        .toReversed(),
    [Symbol.dispose]: () => database[Symbol.dispose](),
  }
}

/** The same with one device, `pump`, that has no certificate. */
export async function createDeviceScene(): Promise<Scene> {
  const scene = await createScene()
  scene.registry.devices.create({ deviceId: 'pump' }, true)
  return scene
}

// What the edge says of whoever it has found to be certified by the scene's CA.
const OWN_CA = 'the CA of the scene'

/** A peer that shows this certificate. */
export function peerOf(certificate: string | Pick<Certificate, 'pem'>, chain: ChainVerdict = 'trusted'): Peer {
  const pem = typeof certificate === 'string' ? certificate : (certificate.pem ?? '')
  return { certificate: readPeerCertificate(new X509Certificate(pem)), chain, authority: OWN_CA }
}

function failing<Result>(work: () => Result, commits: { readonly fail: boolean }): () => Result {
  return () => {
    const result = work()
    if (commits.fail) throw new Error('database or disk is full')
    return result
  }
}

function createCutter(
  { certificates, devices, services }: Stores,
  cuts: Cut[],
  lifted: string[],
  closing?: Promise<void>,
): Cutter {
  const isActive = (kind: 'device' | 'service', id: string): boolean =>
    (kind === 'device' ? devices.find(id) : services.find(id))?.state === 'active'
  return {
    async cutCredentials(fingerprints) {
      const unrevoked = fingerprints.filter((each) => !certificates.findByFingerprint(each)?.revokedAt)
      cuts.push({ call: 'cutCredentials', of: fingerprints, admissible: unrevoked.length })
    },
    async cutIdentity(kind, id) {
      cuts.push({ call: 'cutIdentity', of: [kind, id], admissible: isActive(kind, id) ? 1 : 0 })
      await closing
    },
    async forgetIdentity(kind, id, userId) {
      const unrevoked = certificates.listOf(kind, id).filter(({ revokedAt }) => !revokedAt)
      cuts.push({ call: 'forgetIdentity', of: [kind, id, ...(userId ? [userId] : [])], admissible: unrevoked.length })
    },
    liftBan: (kind, id) => void lifted.push(`${kind} ${id}`),
  }
}

function listen(events: EventFeed): readonly string[] {
  const told: string[] = []
  for (const type of [
    'certificate.issued',
    'certificate.revoked',
    'certificate.released',
    'credential.expiring',
  ] as const) {
    events.subscribe(type, ({ id }) => told.push(`${type} ${id}`))
  }
  return told
}
