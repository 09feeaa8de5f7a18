import { expect, test } from 'vitest'
import { SessionOwners } from '../../src/broker/session-owners.ts'

const DEVICE = { kind: 'device', id: 'one' } as const
const NAMESAKE = { kind: 'service', id: 'one' } as const
const OTHER = { kind: 'device', id: 'two' } as const

test('a stored session is held by its owner against everybody else', () => {
  const owners = new SessionOwners()
  owners.keep('client', DEVICE)
  expect([DEVICE, NAMESAKE, OTHER].map((who) => owners.isHeldByAnother('client', who))).toEqual([false, true, true])
  expect(owners.isHeldByAnother('nobody', OTHER)).toBe(false)
  expect([owners.isHeld('client'), owners.isHeld('nobody')]).toEqual([true, false])
})

test('a session that is dropped is free', () => {
  const owners = new SessionOwners()
  owners.keep('client', DEVICE)
  owners.drop('client')
  owners.drop('nobody')
  expect(owners.isHeldByAnother('client', OTHER)).toBe(false)
  expect(owners.clientIdsOf(DEVICE)).toEqual([])
})

test('a session that changes hands has one owner', () => {
  const owners = new SessionOwners()
  owners.keep('client', DEVICE)
  owners.keep('client', OTHER)
  expect([owners.clientIdsOf(DEVICE), owners.clientIdsOf(OTHER)]).toEqual([[], ['client']])
})

test('the client ids of an identity are those of its own sessions, and not of a namesake of another kind', () => {
  const owners = new SessionOwners()
  owners.keep('a', DEVICE)
  owners.keep('b', NAMESAKE)
  owners.keep('c', DEVICE)
  expect(owners.clientIdsOf(DEVICE)).toEqual(['a', 'c'])
  expect(owners.clientIdsOf(NAMESAKE)).toEqual(['b'])
})
