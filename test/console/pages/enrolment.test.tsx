import { within } from '@testing-library/dom'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { now } from '../../../src/console/parts/moment.tsx'
import { fireEvent, openConsole, screen } from '../../support/console/console-scene.tsx'
import { becomeAuditor, choose, eventually, submit } from '../../support/console/page-acts.ts'
import { createSigningRequest } from '../../support/signing-request.ts'
import { startTestHub, type TestHub } from '../../support/test-hub.ts'

let hub: TestHub
beforeAll(async () => {
  hub = await startTestHub()
  const rules = [{ effect: 'allow', actions: ['publish'], topicFilter: 'plant/#' }]
  await hub.api('PUT', '/api/policies/plant', { body: { rules } })
})
afterAll(() => hub[Symbol.asyncDispose]())

/** By EST, as a device does it: 202 while it waits. */
async function enrol(id: string, token: string): Promise<number> {
  const authorization = `Basic ${Buffer.from(`${id}:${token}`).toString('base64')}`
  const { csr } = await createSigningRequest(id)
  const headers = { 'content-type': 'application/pkcs10', authorization }
  return (await hub.api('POST', '/.well-known/est/simpleenroll', { body: csr, token: null, headers })).status
}

const tokens = async () => (await hub.api('GET', '/api/enrolment-tokens')).json().items
const enrolments = async (state: string) => (await hub.api('GET', `/api/enrolments?state=${state}`)).json().items

/** The row that says so. */
async function row(text: string) {
  const found = (await screen.findByText(text, { selector: 'td strong' })).closest('tr')
  return within(found ?? expect.unreachable())
}

let token: string

test('a token is made as it is wished for, shown once, and lets a device ask', async () => {
  using scene = openConsole(hub, '#/enrolment')
  await scene.says('0 devices wait to be let in.')
  await scene.says('There is no token.')
  await scene.fill(/^Device id or pattern/, 'sensor-*')
  await scene.fill(/^User/, 'eva')
  await scene.fill(/^Certificates/, '10')
  await scene.fill(/^Profile/, 'default')
  await choose(screen.getByLabelText('Expires'), 'week')
  await choose(screen.getByLabelText('Approval'), 'yes')
  await choose(screen.getByLabelText('A device that has a certificate'), 'rotate')
  await scene.click('plant', 'checkbox')
  await submit(/^Device id or pattern/)
  await scene.says('The token, shown this once')
  token = document.querySelector('pre')?.textContent ?? ''
  await scene.says('0 of 10')
  const [made] = await tokens()
  expect(made).toMatchObject({ deviceId: 'sensor-*', userId: 'eva', maxUses: 10, approval: true })
  expect(made).toMatchObject({ onExisting: 'rotate', policies: ['plant'], profile: 'default' })
  expect(Date.parse(made.expiresAt) - now.value.getTime()).toBe(7 * 86_400_000)
  expect(screen.getByLabelText(/^Device id or pattern/)).toHaveProperty('value', '')
  expect(await enrol('sensor-1', token)).toBe(202)
})

test('what is left empty is as the hub has it', async () => {
  using scene = openConsole(hub, '#/enrolment')
  await scene.fill(/^Device id or pattern/, 'gauge-1')
  await scene.fill(/^Certificates/, '')
  await submit(/^Device id or pattern/)
  await scene.says('gauge-1')
  const made = (await tokens()).find(({ deviceId }: { deviceId: string }) => deviceId === 'gauge-1')
  expect(made).toMatchObject({ userId: null, maxUses: 1, approval: false, onExisting: 'fail', profile: 'default' })
})

test('who waits is told of on every page where one looks for devices', async () => {
  for (const address of ['#/overview', '#/devices']) {
    using scene = openConsole(hub, address)
    await scene.says('1 device waits to be let in.')
    expect(screen.getByRole('link', { name: '1 device waits to be let in.' }).getAttribute('href')).toBe('#/enrolment')
  }
})

test('a device that asks is approved after one question, and who comes meanwhile waits above the list', async () => {
  using scene = openConsole(hub, '#/enrolment')
  await scene.says('sensor-1')
  expect(await enrol('sensor-2', token)).toBe(202)
  const [first, second] = await enrolments('pending')
  await scene.tell('enrolment.requested', { kind: 'device', id: 'sensor-2', enrolment: second.id, address: '::1' })
  await scene.says('1 new')
  expect(scene.text()).not.toContain('sensor-2')
  fireEvent.click((await row('sensor-1')).getByRole('button', { name: 'Approve' }))
  await scene.says('Compare the thumbprint of the key')
  await scene.says(first.keyThumbprint)
  await scene.confirm('Approve')
  await eventually(async () => expect(await enrolments('approved')).toMatchObject([{ deviceId: 'sensor-1' }]))
  await eventually(async () => expect((await row('sensor-1')).getByText('approved')).toBeTruthy())
  await scene.click('1 new')
  await scene.says('sensor-2')
  await scene.says('1 device waits to be let in.')
})

test('a device is rejected, and a word that somebody else gave is seen', async () => {
  using scene = openConsole(hub, '#/enrolment')
  fireEvent.click((await row('sensor-2')).getByRole('button', { name: 'Reject' }))
  await scene.says('sensor-2 gets no certificate for this key')
  await scene.confirm('Reject')
  await eventually(async () => expect((await row('sensor-2')).getByText('rejected')).toBeTruthy())
  expect(await enrolments('rejected')).toMatchObject([{ deviceId: 'sensor-2' }])
  const [{ id }] = await enrolments('rejected')
  await scene.tell('enrolment.approved', { kind: 'device', id: 'sensor-2', enrolment: id })
  await eventually(async () => expect((await row('sensor-2')).getByText('approved')).toBeTruthy())
  await scene.tell('enrolment.rejected', { kind: 'device', id: 'sensor-2', enrolment: id })
  await eventually(async () => expect((await row('sensor-2')).queryByRole('button', { name: 'Reject' })).toBeNull())
  await scene.click('approved')
  expect(location.hash).toBe('#/enrolment?state=approved')
})

test('where nobody waits, who asks first appears at once', async () => {
  using scene = openConsole(hub, '#/enrolment')
  await scene.says('Nobody waits.')
  expect(await enrol('sensor-3', token)).toBe(202)
  await scene.tell('enrolment.requested', { kind: 'device', id: 'sensor-3', enrolment: 'x', address: '::1' })
  await scene.says('sensor-3')
  await scene.says('1 device waits to be let in.')
})

test('a token is revoked, and one that was used says how often', async () => {
  using scene = openConsole(hub, '#/enrolment')
  fireEvent.click((await row('gauge-1')).getByRole('button', { name: 'Revoke' }))
  await scene.says('Whoever shows this token for gauge-1 is refused from now on')
  await scene.confirm('Revoke')
  await eventually(async () => expect((await row('gauge-1')).getByText('revoked')).toBeTruthy())
  expect((await tokens()).map(({ state }: { state: string }) => state).sort()).toEqual(['active', 'revoked'])
  const body = { deviceId: 'lamp-1' }
  const lamp = (await hub.api('POST', '/api/enrolment-tokens', { body })).json()
  expect(await enrol('lamp-1', lamp.token)).toBe(200)
  await scene.tell('certificate.issued', { kind: 'device', id: 'lamp-1', fingerprint: '0A' })
  await scene.says('used up')
  await scene.says('1 of 1')
})

test('a token that the hub does not make says why, and keeps what was typed', async () => {
  using scene = openConsole(hub, '#/enrolment')
  await scene.fill(/^Device id or pattern/, '../x')
  await submit(/^Device id or pattern/)
  await scene.says('cannot be a device id')
  expect(screen.getByLabelText(/^Device id or pattern/)).toHaveProperty('value', '../x')
})

test('whoever may only read sees who waits, and no button', async () => {
  using scene = openConsole(hub, '#/enrolment')
  await becomeAuditor(scene)
  await scene.says('sensor-3')
  await scene.says('sensor-*')
  for (const name of ['Approve', 'Reject', 'Revoke', 'Make the token']) {
    expect(screen.queryByRole('button', { name })).toBeNull()
  }
})

test('the page speaks Russian, under the devices of the rail', async () => {
  using scene = openConsole(hub, '#/enrolment', { language: 'ru' })
  await scene.says('1 устройство ждёт одобрения.')
  expect(screen.getByRole('link', { name: 'Устройства' }).getAttribute('aria-current')).toBe('page')
})
