import { describe, expect, test } from 'vitest'
import { shapeAuditEntry, shapeAuditVerdict } from '../../../src/api/resources/audit.ts'
import { chainEntry } from '../../../src/registry/audit/audit-entry.ts'

const AT = new Date('2026-11-22T12:00:00Z')

const ACT = {
  actor: 'hub',
  role: undefined,
  action: 'certificate.renew',
  object: 'pump',
  surface: 'hub',
  address: '',
  result: 'done',
  requestId: undefined,
}

describe('an entry of the audit', () => {
  test('of the hub itself has no role and no request', () => {
    const entry = chainEntry(ACT, 1, AT, '')
    expect(shapeAuditEntry(entry)).toEqual({ ...entry, at: AT.toISOString(), role: null, requestId: null })
  })

  test('of a caller tells his role and his request', () => {
    const entry = chainEntry({ ...ACT, actor: 'token:3f2a ci', role: 'admin', requestId: 'r-1' }, 2, AT, 'ab')
    expect(shapeAuditEntry(entry)).toEqual({ ...entry, at: AT.toISOString() })
  })
})

describe('a verdict on the audit', () => {
  const WHOLE = { entries: 2, head: 'ab', brokenAt: undefined, missingBefore: undefined, isFound: undefined }

  for (const { name, verdict, told } of [
    {
      name: 'is good of none',
      verdict: { ...WHOLE, entries: 0, head: undefined },
      told: { ok: true, entries: 0, head: null, brokenAt: null, missingBefore: null, isFound: null },
    },
    {
      name: 'is good of a chain without a break',
      verdict: WHOLE,
      told: { ok: true, entries: 2, head: 'ab', brokenAt: null, missingBefore: null, isFound: null },
    },
    {
      name: 'is good where the hash that was asked for is found',
      verdict: { ...WHOLE, isFound: true },
      told: { ok: true, entries: 2, head: 'ab', brokenAt: null, missingBefore: null, isFound: true },
    },
    {
      name: 'is bad where that hash is missing',
      verdict: { ...WHOLE, isFound: false },
      told: { ok: false, entries: 2, head: 'ab', brokenAt: null, missingBefore: null, isFound: false },
    },
    {
      name: 'is bad of a chain that breaks',
      verdict: { ...WHOLE, brokenAt: 2 },
      told: { ok: false, entries: 2, head: 'ab', brokenAt: 2, missingBefore: null, isFound: null },
    },
    {
      name: 'is bad of a chain whose beginning was removed',
      verdict: { ...WHOLE, missingBefore: 4 },
      told: { ok: false, entries: 2, head: 'ab', brokenAt: null, missingBefore: 4, isFound: null },
    },
  ])
    test(name, () => {
      expect(shapeAuditVerdict(verdict)).toEqual(told)
    })
})
