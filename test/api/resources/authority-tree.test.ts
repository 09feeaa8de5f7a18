import { expect, test } from 'vitest'
import type { SigningAuthority } from '../../../src/api/observation-ports.ts'
import { type AuthorityTreeParts, shapeAuthorityTree } from '../../../src/api/resources/authority-tree.ts'

const AT = new Date('2026-11-22T12:00:00Z')
const at = AT.toISOString()

const certificateOf = (name: string) => ({
  fingerprint: Array.from({ length: 32 }, () => name).join(':'),
  subject: `CN=${name}`,
  serialNumber: '01',
  notBefore: AT,
  notAfter: AT,
})
const factsOf = (name: string) => ({ ...certificateOf(name), certificatePem: `PEM ${name}` })

/** It has signed no list yet, and no status. */
const FRESH: SigningAuthority = {
  chain: [certificateOf('BB')],
  revocationList: undefined,
  ocspSignerEnds: undefined,
}

const PARTS: AuthorityTreeParts = {
  publications: { current: FRESH, retiring: undefined },
  status: {
    current: factsOf('BB'),
    retiring: undefined,
    since: undefined,
    dependents: {},
    moved: { issued: 0, connected: 0 },
    certificates: { items: [] },
  },
  authorities: [{ ...factsOf('BB'), state: 'issuing', retiredAt: undefined }],
  foreign: [],
}

test('of a CA that has signed nothing yet there is its chain alone', () => {
  const chain = [{ ...certificateOf('BB'), notBefore: at, notAfter: at }]
  expect(shapeAuthorityTree(PARTS)).toEqual({
    current: { chain, hierarchy: 'single', revocationList: null, ocspSignerEnds: null },
    retiring: null,
    rotation: null,
    retired: [],
    trustAnchors: [],
  })
})

test('a CA below a root retires with its list, and all that depend on it are counted', () => {
  const list = { number: 7, thisUpdate: AT, nextUpdate: AT, entries: undefined, isBehind: true }
  const retiring: SigningAuthority = {
    chain: [certificateOf('AA'), certificateOf('A0')],
    revocationList: list,
    ocspSignerEnds: AT,
  }
  const dependents = { device: 3, service: 2 }
  const moved = { issued: 4, connected: 1 }
  const tree = shapeAuthorityTree({
    ...PARTS,
    publications: { current: FRESH, retiring },
    status: { ...PARTS.status, retiring: factsOf('AA'), since: AT, dependents, moved },
  })
  expect(tree).toMatchObject({
    retiring: {
      chain: [{ subject: 'CN=AA' }, { subject: 'CN=A0' }],
      hierarchy: 'two_tier',
      revocationList: {
        path: '/pki/authorities/aaaaaaaaaaaaaaaa/ca.crl',
        number: 7,
        thisUpdate: at,
        nextUpdate: at,
        entries: null,
        behind: true,
      },
      ocspSignerEnds: at,
    },
    rotation: { since: at, dependents: 5, moved },
  })
})

test('the CAs that are retired are told apart from those that sign', () => {
  const { retired } = shapeAuthorityTree({
    ...PARTS,
    authorities: [...PARTS.authorities, { ...factsOf('AA'), state: 'retired', retiredAt: AT }],
  })
  const { fingerprint, subject } = factsOf('AA')
  expect(retired).toEqual([{ fingerprint, subject, notAfter: at, retiredAt: at }])
})
