import { afterAll, beforeAll, expect, test } from 'vitest'
import { openConsole, screen } from '../../support/console/console-scene.tsx'
import { becomeAuditor, choose, eventually, pressAndConfirm, submit } from '../../support/console/page-acts.ts'
import { startTestHub, type TestHub } from '../../support/test-hub.ts'
import { openWebhookTarget, type WebhookTarget } from '../../support/webhook-target.ts'

let hub: TestHub
let target: WebhookTarget
beforeAll(async () => {
  hub = await startTestHub({ settings: { webhooks: { allow: ['127.0.0.0/8'], attempts: 1 } } })
  target = await openWebhookTarget(hub)
})
afterAll(async () => {
  await target[Symbol.asyncDispose]()
  await hub[Symbol.asyncDispose]()
})

const webhook = async () => (await hub.api('GET', '/api/webhooks')).json().items[0]
const newest = async (count: number) => (await target.waitFor(count)).at(-1) ?? expect.unreachable()

test('a webhook is made with the headers and the body that its target wants', async () => {
  using scene = openConsole(hub, '#/settings?tab=webhooks')
  await scene.fill('Name', 'mail')
  await scene.fill(/^URL/, target.url)
  await scene.fill(/^Headers/, 'Authorization')
  await submit(/^URL/)
  await scene.says('“Authorization” is no header')
  await scene.fill(/^Headers/, 'Authorization: Bearer abc:def\n\n X-Team : duty ')
  await scene.fill(/^Body/, '{ "Subject": "{{type}}"')
  await submit(/^URL/)
  await scene.says('The body is no JSON.')
  expect(await webhook()).toBeUndefined()
  await scene.fill(/^Body/, '{ "Subject": "{{type}}" }')
  await submit(/^URL/)
  await scene.says('The secret that its deliveries are signed with')
  expect(await webhook()).toMatchObject({ headerNames: ['Authorization', 'X-Team'], hasTemplate: true, format: 'json' })
  await scene.click('Test')
  const { body, headers } = await newest(1)
  expect(JSON.parse(body)).toEqual({ Subject: 'webhook.test' })
  expect(headers).toMatchObject({ authorization: 'Bearer abc:def', 'x-team': 'duty' })
})

test('its body is written anew and sent as a form, while what is left empty stays', async () => {
  using scene = openConsole(hub, '#/settings?tab=webhooks')
  await scene.click('mail', 'link')
  scene[Symbol.dispose]()
  using opened = openConsole(hub, location.hash)
  await opened.says('Authorization, X-Team')
  await opened.says('it is not shown, for it may hold a token')
  const [format] = screen.getAllByLabelText('Sent as')
  await choose(format, 'form')
  await choose(screen.getAllByLabelText(/^Body/)[0], '{ "text": "{{type}} & more" }')
  await opened.click('Save')
  await eventually(async () => expect((await webhook()).format).toBe('form'))
  expect((await webhook()).headerNames).toEqual(['Authorization', 'X-Team'])
  await opened.click('Test')
  expect((await newest(2)).body).toBe('text=webhook.test+%26+more')
})

test('headers are written anew, and both are taken away after a question', async () => {
  const { id } = await webhook()
  using scene = openConsole(hub, `#/settings?tab=webhooks&webhook=${id}`)
  await scene.says('Authorization, X-Team')
  const [headers] = screen.getAllByLabelText(/^Headers/)
  await choose(headers, 'Host: elsewhere')
  await scene.click('Save')
  await eventually(() => expect(screen.getByRole('alert')).toBeTruthy())
  await choose(headers, 'X-Key: 1')
  await scene.click('Save')
  await scene.says('Saved. The test above sends it.')
  await eventually(async () => expect((await webhook()).headerNames).toEqual(['X-Key']))
  await pressAndConfirm(scene, 'Remove the headers')
  await scene.says('none but those of the hub')
  await pressAndConfirm(scene, 'Remove the body')
  await scene.says('the event itself')
  expect(await webhook()).toMatchObject({ headerNames: [], hasTemplate: false, format: 'form' })
  await eventually(() => expect(screen.queryByRole('button', { name: 'Remove the body' })).toBeNull())
})

test('whoever may only read is not asked for a body', async () => {
  const { id } = await webhook()
  using scene = openConsole(hub, `#/settings?tab=webhooks&webhook=${id}`)
  await becomeAuditor(scene)
  await scene.says('Nothing was given up')
  expect(screen.queryByLabelText(/^Body/)).toBeNull()
})

test('the form speaks Russian', async () => {
  using scene = openConsole(hub, '#/settings?tab=webhooks', { language: 'ru' })
  await scene.says('Заголовки и тело')
})
