import { describe, expect, test } from 'vitest'
import { isPermitted, type Permission } from '../../src/api/access/permission.ts'
import type { Role } from '../../src/registry/api-token.ts'
import { smallerRole } from '../../src/registry/role.ts'

const ROLES: readonly Role[] = ['admin', 'operator', 'auditor', 'validator']
const PERMISSIONS: readonly Permission[] = ['administer', 'operate', 'read', 'validate', 'answer_emqx']

describe('the smaller of two roles', () => {
  for (const one of ROLES) {
    for (const other of ROLES) {
      test(`of ${one} and ${other} may do what both may, and is the same the other way round`, () => {
        const smaller = smallerRole(one, other)
        expect(smallerRole(other, one)).toBe(smaller)
        const shared = PERMISSIONS.filter((each) => isPermitted(one, each) && isPermitted(other, each))
        const ofSmaller = PERMISSIONS.filter((each) => smaller !== undefined && isPermitted(smaller, each))
        if (smaller) expect(ofSmaller).toEqual(shared)
        else expect([one, other]).toContain('validator')
      })
    }
  }
})
