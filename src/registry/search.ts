import type { CertificateKind } from './certificate.ts'

/** Something that a search field leads to. */
export interface SearchHit {
  readonly kind: 'device' | 'service' | 'user' | 'session' | 'certificate'
  /** Of a certificate its fingerprint, of a session its client id. */
  readonly id: string
  /** What of it is like what was searched for. */
  readonly matched: 'id' | 'user' | 'serialNumber' | 'fingerprint' | 'clientId' | 'address'
  /** What it is, for a person: the owner, the address, the state. */
  readonly text: string
}

export interface FoundCertificate {
  readonly kind: CertificateKind
  readonly subjectId: string
  readonly fingerprint: string
  readonly matched: 'serialNumber' | 'fingerprint'
}

/** Each asks for so many at most, those that begin with the text first. */
export interface SearchStore {
  findDevices(text: string, limit: number): readonly { readonly id: string; readonly userId: string }[]
  findUsers(text: string, limit: number): readonly { readonly id: string; readonly devices: number }[]
  findServices(text: string, limit: number): readonly string[]
  /** By a whole serial number, or a fingerprint or its beginning, in any spelling. */
  findCertificates(text: string, limit: number): readonly FoundCertificate[]
}

export interface LiveSession {
  readonly clientId: string
  readonly address: string
  readonly identity: { readonly kind: string; readonly id: string }
}

export interface SearchOptions {
  readonly store: SearchStore
  /** Those that are live, in no order. */
  readonly sessions: () => Iterable<LiveSession>
}

export const MOST_HITS = 20
// Of each kind, so that none hides the others.
const MOST_OF_KIND = 8

/** What a name, or a part of one, may mean; the surest first. */
export type Search = (text: string) => readonly SearchHit[]

export function createSearch({ store, sessions }: SearchOptions): Search {
  return (text) =>
    [
      ...certificateHits(text),
      ...store.findDevices(text, MOST_OF_KIND).map(deviceHit),
      ...store
        .findServices(text, MOST_OF_KIND)
        .map((id): SearchHit => ({ kind: 'service', id, matched: 'id', text: `service ${id}` })),
      ...store.findUsers(text, MOST_OF_KIND).map(userHit),
      ...sessionHits(text),
    ].slice(0, MOST_HITS)

  function certificateHits(part: string): readonly SearchHit[] {
    return store.findCertificates(part, MOST_OF_KIND).map(({ kind, subjectId, fingerprint, matched }) => ({
      kind: 'certificate',
      id: fingerprint,
      matched,
      text: `${kind} ${subjectId}`,
    }))
  }

  function sessionHits(part: string): readonly SearchHit[] {
    const hits: SearchHit[] = []
    for (const { clientId, address, identity } of sessions()) {
      const matched = address.startsWith(part) ? 'address' : clientId === identity.id ? undefined : 'clientId'
      if (matched === undefined || (matched === 'clientId' && !clientId.includes(part))) continue
      hits.push({ kind: 'session', id: clientId, matched, text: `${identity.kind} ${identity.id} at ${address}` })
      if (hits.length === MOST_OF_KIND) break
    }
    return hits
  }
}

function deviceHit({ id, userId }: { readonly id: string; readonly userId: string }): SearchHit {
  return { kind: 'device', id, matched: 'id', text: `device of ${userId}` }
}

function userHit({ id, devices }: { readonly id: string; readonly devices: number }): SearchHit {
  return { kind: 'user', id, matched: 'user', text: devices === 1 ? '1 device' : `${devices} devices` }
}
