import { beforeEach, describe, expect, test } from 'vitest'
import { type ApiClient, createApiClient } from '../../../src/console/hub/api-client.ts'
import { ProblemError } from '../../../src/console/hub/problem.ts'
import { findSession, may, type Session, session, signIn, signOut } from '../../../src/console/hub/session.ts'

const EVA: Session = {
  name: 'eva',
  role: 'auditor',
  permissions: ['read'],
  via: 'link',
  expiresAt: '2026-03-01T20:00:00Z',
}

function answering(answer: () => Response) {
  const asked: unknown[] = []
  const api: ApiClient = createApiClient(
    async (url, { method, body }) => {
      asked.push([method, url, body])
      return answer()
    },
    () => undefined,
  )
  return { api, asked }
}

const refused = (status: number) => () =>
  Response.json({ title: 'No', status, detail: `refused with ${status}`, code: 'no' }, { status })

beforeEach(() => {
  session.value = undefined
})

describe('who is signed in', () => {
  test('is whom the hub names', async () => {
    await findSession(answering(() => Response.json(EVA)).api)
    expect(session.value).toEqual(EVA)
  })

  test('is nobody where the hub names none, or asks to sign in', async () => {
    await findSession(answering(() => new Response(null, { status: 204 })).api)
    expect(session.value).toBeNull()
    session.value = undefined
    await findSession(answering(refused(401)).api)
    expect(session.value).toBeNull()
  })

  test('is not known where the hub fails', async () => {
    await expect(findSession(answering(refused(503)).api)).rejects.toBeInstanceOf(ProblemError)
    expect(session.value).toBeUndefined()
  })

  test('is not known where the answer is no JSON', async () => {
    await expect(findSession(answering(() => new Response('<html>')).api)).rejects.toBeInstanceOf(SyntaxError)
    expect(session.value).toBeUndefined()
  })
})

describe('what one may', () => {
  for (const { who, permission, expected } of [
    { who: undefined, permission: 'read', expected: false },
    { who: null, permission: 'read', expected: false },
    { who: EVA, permission: 'read', expected: true },
    { who: EVA, permission: 'operate', expected: false },
  ] as const) {
    test(`${who?.name ?? `nobody (${who})`} ${expected ? 'may' : 'may not'} ${permission}`, () => {
      session.value = who
      expect(may(permission)).toBe(expected)
    })
  }
})

test('a proof is sent once, and whoever is known by it is signed in', async () => {
  const { api, asked } = answering(() => Response.json(EVA))
  await signIn(api, { link: 'secret' })
  expect(asked).toEqual([['POST', 'api/session', '{"link":"secret"}']])
  expect(session.value).toEqual(EVA)
})

test('a proof that is refused signs nobody in', async () => {
  session.value = null
  await expect(signIn(answering(refused(401)).api, { token: 'sgn_wrong' })).rejects.toThrow('refused with 401')
  expect(session.value).toBeNull()
})

test('whoever signs out is signed out when the hub has ended the session, not before', async () => {
  session.value = EVA
  await expect(signOut(answering(refused(500)).api)).rejects.toThrow('refused with 500')
  expect(session.value).toEqual(EVA)
  const { api, asked } = answering(() => new Response(null, { status: 204 }))
  await signOut(api)
  expect(asked).toEqual([['DELETE', 'api/session', undefined]])
  expect(session.value).toBeNull()
})
