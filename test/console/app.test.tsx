import { beforeEach, describe, expect, test, vi } from 'vitest'
import { App } from '../../src/console/app.tsx'
import { session } from '../../src/console/hub/session.ts'
import { startLanguage } from '../../src/console/language.ts'
import { findPage } from '../../src/console/page-table.ts'
import { navigate, route, startRouter } from '../../src/console/router.ts'
import { type ConsoleScene, drawInDocument, screen, waitFor } from '../support/console/console-scene.tsx'

const EVA = { name: 'eva', role: 'auditor', permissions: ['read'], via: 'link', expiresAt: null }

interface Hub {
  readonly whoIsIn: () => Response | Promise<Response>
  readonly signIn?: () => Response
}

function openAt(address: string, { whoIsIn, signIn = () => refuse(401) }: Hub, find = findPage): ConsoleScene {
  location.hash = address
  startRouter()
  return drawInDocument(<App find={find} />, async (url, { method }) => {
    if (url !== 'api/session') return refuse(503)
    return method === 'GET' ? whoIsIn() : signIn()
  })
}

function refuse(status: number): Response {
  return Response.json({ title: 'No', status, detail: `refused with ${status}`, code: 'no' }, { status })
}

const asEva = () => Response.json(EVA)
const asNobody = () => new Response(null, { status: 204 })

beforeEach(() => {
  localStorage.clear()
  startLanguage(['en'])
  session.value = undefined
})

describe('before the hub has said who is signed in', () => {
  test('nothing is shown but that it is asked', async () => {
    const { promise, resolve } = Promise.withResolvers<Response>()
    using scene = openAt('#/none', { whoIsIn: () => promise })
    expect(screen.queryByRole('navigation')).toBeNull()
    expect(screen.queryByLabelText(/Token/)).toBeNull()
    resolve(asEva())
    await scene.says('There is no such page.')
  })

  test('a hub that fails is told, and asked again by a button', async () => {
    const whoIsIn = vi.fn(asEva).mockImplementationOnce(() => refuse(503))
    using scene = openAt('#/none', { whoIsIn })
    await scene.says('refused with 503')
    expect(session.value).toBeUndefined()
    await scene.click('Try again')
    await scene.says('eva, auditor')
    expect(whoIsIn).toHaveBeenCalledTimes(2)
  })
})

describe('whoever is not signed in', () => {
  test('gets the page for signing in, at any address', async () => {
    using scene = openAt('#/devices', { whoIsIn: asNobody })
    await scene.says('With a link or with a token.')
    expect(screen.queryByRole('navigation')).toBeNull()
  })

  test('comes by a link to the overview, and leaves no secret in the address', async () => {
    using scene = openAt('#/sign-in/secret', { whoIsIn: asNobody, signIn: asEva })
    await scene.click('Sign in with this link')
    await scene.says('eva, auditor')
    await waitFor(() => expect(route.value.path).toEqual(['overview']))
    expect(location.hash).not.toContain('secret')
  })
})

describe('whoever is signed in', () => {
  test('gets the page of the address, the overview where it names none', async () => {
    using scene = openAt('#/', { whoIsIn: asEva })
    await scene.says('eva, auditor')
    expect(await screen.findByRole('heading', { name: 'Overview' })).toBeDefined()
    navigate(['devices', 'add'])
    expect(await screen.findByRole('heading', { name: 'Add a device' })).toBeDefined()
    navigate(['none'])
    await scene.says('There is no such page.')
  })

  test('is led away from signing in', async () => {
    using scene = openAt('#/sign-in', { whoIsIn: asEva })
    await scene.says('eva, auditor')
    await waitFor(() => expect(route.value.path).toEqual(['overview']))
  })

  test('sees nothing of a page that was left before it was there', async () => {
    using scene = openAt('#/overview', { whoIsIn: asEva })
    navigate(['none'])
    await scene.says('There is no such page.')
    expect(screen.queryByRole('heading', { name: 'Overview' })).toBeNull()
  })

  test('is told that a page could not be fetched, and fetches all anew by a button', async () => {
    const reload = vi.spyOn(location, 'reload').mockImplementation(() => undefined)
    const load = () => Promise.reject(new TypeError('error loading dynamically imported module'))
    using scene = openAt('#/devices', { whoIsIn: asEva }, () => load)
    await scene.says('The hub does not answer, or is of another version by now')
    expect(reload).not.toHaveBeenCalled()
    await scene.click('Try again')
    expect(reload).toHaveBeenCalledTimes(1)
    reload.mockRestore()
  })

  test('hears nothing of a page that was left before it could not be fetched', async () => {
    const { promise, reject } = Promise.withResolvers<never>()
    const load = vi.fn(() => promise)
    using scene = openAt('#/devices', { whoIsIn: asEva }, ([section]) => (section === 'devices' ? load : undefined))
    await waitFor(() => expect(load).toHaveBeenCalled())
    navigate(['none'])
    await scene.says('There is no such page.')
    reject(new TypeError('error loading dynamically imported module'))
    await new Promise(setImmediate)
    expect(screen.queryByRole('alert')).toBeNull()
  })

  test('whose role reads nothing is told so once, instead of by every part of a page', async () => {
    const find = vi.fn(findPage)
    const asProgram = () => Response.json({ ...EVA, role: 'validator', permissions: ['validate'] })
    using scene = openAt('#/overview', { whoIsIn: asProgram }, find)
    await scene.says('The role of this token reads nothing')
    expect(find).not.toHaveBeenCalled()
    expect(screen.queryByRole('alert')).toBeNull()
  })

  test('is asked to sign in when the session has ended', async () => {
    using scene = openAt('#/none', { whoIsIn: asEva })
    await scene.says('eva, auditor')
    session.value = null
    await scene.says('With a link or with a token.')
  })
})
