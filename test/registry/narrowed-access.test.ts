import { expect, test } from 'vitest'
import { createAccessPolicy } from '../../src/registry/access-policy.ts'
import type { Identity } from '../../src/registry/identity.ts'
import { type AccessRequest, type MayAccess, narrowPolicy } from '../../src/registry/narrowed-access.ts'
import { DEVICE_POLICY } from '../../src/registry/policy.ts'

const PUMP: Identity = { kind: 'device', id: 'pump-7', userId: 'ann' }
const OWN = 'users/ann/devices/pump-7/x'

function narrowed(mayAccess: MayAccess, failures: unknown[] = []) {
  const policy = createAccessPolicy(PUMP, [DEVICE_POLICY])
  return narrowPolicy(policy, PUMP, { mayAccess, onFailure: (error) => failures.push(error) })
}

test('the function is told who wants to do what', () => {
  const requests: AccessRequest[] = []
  const policy = narrowed((request) => requests.push(request) > 0)
  expect([policy.mayPublish(OWN), policy.maySubscribe(`${OWN}/#`), policy.mayReceive(OWN)]).toEqual([true, true, true])
  expect(requests).toEqual([
    { identity: PUMP, action: 'publish', topic: OWN },
    { identity: PUMP, action: 'subscribe', topic: `${OWN}/#` },
    { identity: PUMP, action: 'receive', topic: OWN },
  ])
})

test('it can take away what the policies allow', () => {
  const policy = narrowed(({ action }) => action === 'publish')
  expect([policy.mayPublish(OWN), policy.maySubscribe(OWN), policy.mayReceive(OWN)]).toEqual([true, false, false])
})

test('it cannot grant what they do not, and is not asked', () => {
  let isAsked = false
  const policy = narrowed(() => {
    isAsked = true
    return true
  })
  expect([policy.mayPublish('a'), policy.maySubscribe('#'), policy.mayReceive('a')]).toEqual([false, false, false])
  expect(isAsked).toBe(false)
})

test('a function that throws or gives anything but true has said no', () => {
  const failures: unknown[] = []
  const failure = new Error('mine')
  const throwing = narrowed(() => {
    throw failure
  }, failures)
  expect(throwing.mayPublish(OWN)).toBe(false)
  expect(failures).toEqual([failure])
  const promising = narrowed((async () => true) as unknown as MayAccess)
  expect(promising.mayPublish(OWN)).toBe(false)
})

test('what the policies say beside stays theirs', () => {
  const attached = createAccessPolicy(PUMP, [DEVICE_POLICY])
  expect(narrowed(() => true)).toMatchObject({ rules: attached.rules, anyClientId: attached.anyClientId })
})
