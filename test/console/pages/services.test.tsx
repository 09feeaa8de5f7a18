import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { route } from '../../../src/console/router.ts'
import { fireEvent, openConsole, screen, waitFor } from '../../support/console/console-scene.tsx'
import { becomeAuditor, choose, eventually, pressAndConfirm, submit } from '../../support/console/page-acts.ts'
import { startTestHub, type TestHub } from '../../support/test-hub.ts'

let hub: TestHub
beforeAll(async () => {
  hub = await startTestHub({ settings: { mqtt: { auth: 'mtls_or_token' } } })
  const rules = [{ effect: 'allow', actions: ['publish', 'subscribe'], topicFilter: 'plant/#' }]
  await hub.api('PUT', '/api/policies/plant', { body: { rules, clientId: 'any' } })
})
afterAll(() => hub[Symbol.asyncDispose]())

const serviceOf = async (name: string) => (await hub.api('GET', `/api/services/${name}`)).json()

test('without a service the list says what one is, and one is added with what it may do', async () => {
  using scene = openConsole(hub, '#/services')
  await scene.says('No service is registered yet.')
  await scene.fill(/^Name/, 'backend')
  await scene.fill(/^May publish and subscribe to/, 'users/+/devices/+/#\n  plant/+')
  await scene.click('plant', 'checkbox')
  await submit(/^Name/)
  await waitFor(() => expect(route.value.path).toEqual(['services', 'backend']))
  expect((await serviceOf('backend')).policies).toEqual(['plant', 'service:backend'])
  const own = (await hub.api('GET', '/api/policies/service:backend')).json()
  expect(own.rules.map(({ topicFilter }: { topicFilter: string }) => topicFilter)).toEqual([
    'users/+/devices/+/#',
    'plant/+',
  ])
})

test('a name that is taken is refused, and what was typed stays', async () => {
  using scene = openConsole(hub, '#/services')
  await scene.says('0 of 1 service online.')
  await scene.fill(/^Name/, 'backend')
  await submit(/^Name/)
  await scene.says('Service backend exists already')
  expect(screen.getByLabelText(/^Name/)).toHaveProperty('value', 'backend')
})

test('the list follows what happens to a service, and not to a device of that name', async () => {
  using scene = openConsole(hub, '#/services')
  await scene.says('offline')
  const change = (state: string) => hub.api('PATCH', '/api/services/backend', { body: { state } })
  await change('suspended')
  await scene.tell('identity.suspended', { kind: 'device', id: 'backend' })
  expect(scene.text()).not.toContain('suspended')
  await scene.tell('identity.suspended', { kind: 'service', id: 'backend' })
  await scene.says('suspended')
  await change('active')
  await scene.tell('identity.resumed', { kind: 'service', id: 'backend' })
  await eventually(() => expect(scene.text()).not.toContain('suspended'))
  fireEvent.click(await screen.findByText('offline'))
  await waitFor(() => expect(route.value.path).toEqual(['services', 'backend']))
})

test('the list says which of them is connected, until the last of its connections is gone', async () => {
  await hub.api('POST', '/api/services', { body: { name: 'mover', policies: ['plant'] } })
  const { clientKey: key, clientCert: cert } = (await hub.api('POST', '/api/services/mover/certificates')).json()
  const [first, second] = [
    await hub.connect({ key, cert }, { clientId: 'mover-1' }),
    await hub.connect({ key, cert }, { clientId: 'mover-2' }),
  ]
  const gone = async (client: typeof first) => {
    const told = new Promise<void>((resolve) => hub.hub.events.subscribe('device.disconnected', () => resolve()))
    await client.endAsync()
    await told
    await scene.tell('device.disconnected', { kind: 'service', id: 'mover' })
  }
  using scene = openConsole(hub, '#/services')
  const stateOf = () => screen.getByText('mover').closest('tr')?.querySelector('.badge')?.textContent
  await eventually(() => expect(stateOf()).toBe('online'))
  await gone(first)
  await eventually(() => expect(stateOf()).toBe('online'))
  await gone(second)
  await eventually(() => expect(stateOf()).toBe('offline'))
  await hub.api('DELETE', '/api/services/mover')
})

describe('one service', () => {
  test('is issued a certificate, whose key is shown once and lets it in', async () => {
    using scene = openConsole(hub, '#/services/backend')
    await scene.says('It has not been seen.')
    await scene.says('No certificate was issued to this service.')
    await scene.says('No connection and no stored session.')
    await pressAndConfirm(scene, 'Issue a certificate')
    await scene.says(`it connects to mqtts://localhost:${hub.hub.mqttPort}`)
    const [key = '', cert = '', ca = ''] = [...document.querySelectorAll('pre')].map((shown) => shown.textContent ?? '')
    expect(ca).toBe(hub.ca)
    await scene.says(/in 36[45] days/)
    await scene.click('Save backend-key.pem')
    const client = await hub.connect({ key, cert }, { clientId: 'mover', clean: false })
    await client.subscribeAsync('plant/#')
    await scene.tell('device.connected', { kind: 'service', id: 'backend', clientId: 'mover', address: '::1' })
    await scene.says('Online. It connected')
    await scene.says('plant/#')
    const closed = new Promise((resolve) => client.once('close', () => resolve(undefined)))
    await pressAndConfirm(scene, 'Disconnect')
    await scene.says('1 connection is closed.')
    await closed
    await scene.click('Close')
    await scene.says('Last seen')
  })

  test('tells what it did and what the hub knows to be in its way', async () => {
    using scene = openConsole(hub, '#/services/backend?tab=diary')
    await scene.says('certificate issued')
    await scene.click('Check', 'link')
    expect(location.hash).toBe('#/services/backend?tab=check')
    scene[Symbol.dispose]()
    using check = openConsole(hub, '#/services/backend?tab=check')
    await check.says('service backend is active')
  })

  test('is given other policies, which hold at once', async () => {
    using scene = openConsole(hub, '#/services/backend')
    await scene.says('service:backend')
    await scene.click('Change policies')
    await scene.click('service:backend', 'checkbox')
    await scene.confirm('Save')
    await eventually(async () => expect((await serviceOf('backend')).policies).toEqual(['plant']))
    await eventually(() => expect(screen.queryByRole('link', { name: 'service:backend' })).toBeNull())
    await scene.click('Change policies')
    await scene.click('plant', 'checkbox')
    await scene.confirm('Save')
    await scene.says('none: it may publish and subscribe to nothing')
    await scene.click('Change policies')
    await scene.click('service:backend', 'checkbox')
    await scene.confirm('Save')
    await eventually(async () => expect((await serviceOf('backend')).policies).toEqual(['service:backend']))
  })

  test('is suspended and resumed', async () => {
    using scene = openConsole(hub, '#/services/backend')
    await pressAndConfirm(scene, 'Suspend')
    await scene.says('Suspended. It is refused from now on.')
    expect((await serviceOf('backend')).state).toBe('suspended')
    await scene.click('Close')
    await scene.says('Suspended: it is refused until it is resumed.')
    await scene.click('Resume')
    await scene.says('Resumed. It may connect again.')
    expect((await serviceOf('backend')).state).toBe('active')
  })

  test('is given a token, which lets it in until it is revoked', async () => {
    using scene = openConsole(hub, '#/services/backend?tab=tokens')
    await scene.says('There is no token.')
    await choose(await screen.findByLabelText('Expires'), '30')
    await scene.click('Make the token')
    await scene.says('The MQTT password of backend, shown this once')
    const password = document.querySelector('pre')?.textContent ?? ''
    const client = await hub.connect({}, { clientId: 'backend', username: 'backend', password })
    await client.endAsync()
    await scene.says('valid')
    await pressAndConfirm(scene, 'Revoke')
    await scene.says('revoked')
    await expect(hub.connect({}, { clientId: 'backend', username: 'backend', password })).rejects.toThrow()
  })

  test('is revoked and deleted', async () => {
    using scene = openConsole(hub, '#/services/backend')
    await pressAndConfirm(scene, 'Revoke and cut off now')
    await scene.says('Revoked and cut off; the hub answered after')
    const { items } = (await hub.api('GET', '/api/certificates?kind=service&state=active')).json()
    expect(items).toEqual([])
    await scene.click('Close')
    await scene.says(/revoked, \w/)
    await pressAndConfirm(scene, 'Delete')
    await waitFor(() => expect(route.value.path).toEqual(['services']))
    expect((await hub.api('GET', '/api/services/backend')).status).toBe(404)
  })

  test('that is not there says so', async () => {
    using scene = openConsole(hub, '#/services/nobody')
    await scene.says('No service is called')
  })
})

test('whoever may only read sees a service and what it holds, and no button', async () => {
  await hub.enrolService('meter', ['meters/#'])
  await hub.api('POST', '/api/services/meter/tokens')
  {
    using scene = openConsole(hub, '#/services/meter')
    await becomeAuditor(scene)
    await scene.says('service:meter')
    await scene.says(/in 36[45] days/)
    expect(screen.queryByRole('button', { name: 'Issue a certificate' })).toBeNull()
    expect(screen.queryByRole('button', { name: 'Change policies' })).toBeNull()
    expect(scene.text()).not.toContain('Interventions')
  }
  {
    using scene = openConsole(hub, '#/services/meter?tab=tokens')
    await becomeAuditor(scene)
    await scene.says('valid')
    expect(screen.queryByRole('button', { name: 'Revoke' })).toBeNull()
    expect(scene.text()).not.toContain('A new token')
  }
  using scene = openConsole(hub, '#/services')
  await becomeAuditor(scene)
  await scene.says('meter')
  expect(scene.text()).not.toContain('A new service')
})

test('what an operator may not allow is refused with the reason', async () => {
  const { token } = (await hub.api('POST', '/api/tokens', { body: { name: 'op', role: 'operator' } })).json()
  using scene = openConsole(hub, '#/services', { token })
  await scene.fill(/^Name/, 'wide')
  await scene.fill(/^May publish and subscribe to/, '#')
  await submit(/^Name/)
  await scene.says('only an administrator allows it')
})

test('the pages speak Russian', async () => {
  {
    using scene = openConsole(hub, '#/services', { language: 'ru' })
    await scene.says('На связи 0 из 1 сервиса.')
  }
  using scene = openConsole(hub, '#/services/meter', { language: 'ru' })
  await scene.says('Ещё не выходил на связь.')
})
