import { afterAll, beforeAll, expect, test } from 'vitest'
import { openConsole, screen } from '../../support/console/console-scene.tsx'
import { becomeAuditor, choose, confirm, eventually, pressAndConfirm, submit } from '../../support/console/page-acts.ts'
import { type Enrolled, startTestHub, type TestHub } from '../../support/test-hub.ts'

let hub: TestHub
let pump: Enrolled
let valve: Enrolled
beforeAll(async () => {
  hub = await startTestHub()
  pump = await hub.enrol('pump-1', { userId: 'eva', validityDays: 20 })
  valve = await hub.enrol('valve-1', { userId: 'eva' })
  await hub.enrolService('backend', ['a/#'])
})
afterAll(() => hub[Symbol.asyncDispose]())

const stateOf = async (fingerprint: string) =>
  (await hub.api('GET', `/api/certificates?fingerprint=${encodeURIComponent(fingerprint)}`)).json().items[0].state

const linksTo = (name: string) => screen.queryAllByRole('link', { name })

test('the page says how many end soon, and its words lead to them', async () => {
  using scene = openConsole(hub, '#/certificates')
  await scene.says('1 certificate ends within 30 days, 0 have expired.')
  await scene.says('valve-1')
  await scene.click('1 certificate ends within 30 days', 'link')
  await eventually(() => expect(linksTo('valve-1')).toEqual([]))
  expect(linksTo('pump-1')).toHaveLength(1)
  expect(location.hash).toBe('#/certificates?latest=true&ends=30')
})

test('what ends is drawn by the week, and stands in a table too', async () => {
  using scene = openConsole(hub, '#/certificates')
  await scene.says('Ends by week')
  await scene.click('Show as table')
  await scene.says('Week from')
  await scene.click('Show as chart')
})

test('each filter narrows the list, and what is no name of a certificate fits none', async () => {
  using scene = openConsole(hub, '#/certificates')
  await scene.says('valve-1')
  await scene.click('service')
  await eventually(() => expect(linksTo('valve-1')).toEqual([]))
  await scene.says('backend')
  await scene.click('service')
  await scene.fill('Serial number or fingerprint', pump.fingerprint)
  await eventually(() => expect(scene.text()).not.toContain('backend'))
  await scene.fill('Serial number or fingerprint', 'no such thing')
  await scene.says('No certificate fits these filters.')
  await scene.click('Show all certificates', 'link')
  await scene.says('valve-1')
  await scene.fill('Device, service or administrator', 'pump-1')
  await eventually(() => expect(linksTo('valve-1')).toEqual([]))
  for (const chip of ['Revoked', 'ends within 7 days', 'Without replaced ones']) await scene.click(chip)
  await eventually(() => expect(location.hash).toContain('ends=7&latest=true'))
})

test('a new certificate waits until it is asked for, and one that is revoked changes in its place', async () => {
  using scene = openConsole(hub, '#/certificates?kind=device')
  await scene.says('valve-1')
  const mixer = await hub.enrol('mixer-1', { userId: 'eva' })
  await scene.tell('certificate.issued', { kind: 'device', id: 'mixer-1', fingerprint: mixer.fingerprint })
  await scene.says('1 new')
  expect(linksTo('mixer-1')).toEqual([])
  await scene.click('1 new')
  await eventually(() => expect(linksTo('mixer-1')).toHaveLength(1))
  await hub.api('DELETE', '/api/devices/certificates/mixer-1')
  await scene.tell('certificate.revoked', {
    kind: 'device',
    id: 'mixer-1',
    fingerprint: mixer.fingerprint,
    reason: 'unspecified',
  })
  await eventually(() => expect(linksTo('mixer-1')[0]?.closest('tr')?.textContent).toContain('Revoked'))
})

test('a certificate is held, released and revoked for a reason', async () => {
  using scene = openConsole(hub, `#/certificates/${valve.fingerprint}`)
  await scene.says('It has not connected yet')
  await pressAndConfirm(scene, 'Put on hold')
  await scene.says('On hold.')
  expect(await stateOf(valve.fingerprint)).toBe('held')
  await scene.click('End the hold')
  await scene.says('The hold is ended')
  expect(await stateOf(valve.fingerprint)).toBe('active')
  await scene.click('Revoke')
  await scene.says('Every active certificate of valve-1 is revoked for good')
  await choose(screen.getByLabelText('Reason'), 'keyCompromise')
  await confirm('Revoke')
  await scene.says('the key may be known to others')
  expect(await stateOf(valve.fingerprint)).toBe('revoked')
  expect(screen.queryByRole('button', { name: 'Revoke' })).toBeNull()
})

test('certificates of services and of other servers are revoked where they are kept', async () => {
  const server = (await hub.api('POST', '/api/server-certificates', { body: { names: ['emqx.example'] } })).json()
  const admin = (await hub.api('POST', '/api/admin-certificates', { body: { name: 'ada' } })).json()
  const { items } = (await hub.api('GET', '/api/certificates?kind=service')).json()
  for (const { fingerprint } of [server, admin, items[0]]) {
    using scene = openConsole(hub, `#/certificates/${fingerprint}`)
    await pressAndConfirm(scene, 'Revoke')
    await scene.says('no reason given')
    expect(await stateOf(fingerprint)).toBe('revoked')
  }
})

test('whoever may only read is shown no button, and a fingerprint that is unknown says so', async () => {
  {
    using scene = openConsole(hub, `#/certificates/${pump.fingerprint}`)
    await becomeAuditor(scene)
    await scene.says('pump-1')
    await hub.api('POST', `/api/certificates/${pump.fingerprint}/hold`)
    await scene.tell('certificate.revoked', { fingerprint: pump.fingerprint })
    await scene.says('On hold')
    await hub.api('POST', `/api/certificates/${pump.fingerprint}/unhold`)
    await scene.tell('certificate.released', { fingerprint: pump.fingerprint })
    await scene.says('Active')
    expect(screen.queryByRole('button', { name: 'Revoke' })).toBeNull()
  }
  using scene = openConsole(hub, `#/certificates/${'00:'.repeat(31)}01`)
  await scene.says('The registry holds no certificate of this fingerprint.')
})

test('a pasted certificate is judged, with the cause and what mends it', async () => {
  using scene = openConsole(hub, '#/certificates?tab=paste')
  const field = /^Certificate, PEM/
  await scene.fill(field, pump.cert)
  await submit(field)
  await scene.says('It would be let in')
  expect(scene.text()).toContain('device:pump-1')
  await scene.fill(field, valve.cert)
  await submit(field)
  await scene.says('certificate_revoked')
  await scene.says('What mends it')
  await scene.fill(field, hub.ca)
  await submit(field)
  await scene.says('Worth knowing')
  await scene.fill(field, pump.key)
  await submit(field)
  await scene.says('Private key refused')
})

test('the page speaks Russian', async () => {
  {
    using scene = openConsole(hub, '#/certificates', { language: 'ru' })
    await scene.says(/1 сертификат кончится за 30 дней/)
    await scene.says('Действует')
  }
  using scene = openConsole(hub, `#/certificates/${pump.fingerprint}`, { language: 'ru' })
  await scene.says('Ещё не подключался')
  await scene.click('Отозвать')
  await scene.says('Все действующие сертификаты pump-1 отзываются навсегда')
})
