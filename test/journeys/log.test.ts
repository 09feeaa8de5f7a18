import { expect, test } from 'vitest'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

const WITHOUT_NOISE = new Set(['debug'])

function toldOf(hub: TestHub): readonly unknown[] {
  return hub.log.lines.filter(({ level }) => !WITHOUT_NOISE.has(String(level))).map(({ msg }) => msg)
}

test('a day of a hub reads as what has happened, one line each, in order', async () => {
  const hub = await startTestHub()
  expect(hub.log.lines[0]).toMatchObject({ level: 'info', component: 'hub', msg: 'Hub starting' })
  expect(toldOf(hub).at(-1)).toMatch(/^(?:Hub ready|CRL published)$/)
  const before = toldOf(hub).length
  const pump = await hub.enrol('pump')
  const client = await hub.connect(pump, { clientId: 'pump' })
  for (let count = 0; count < 20; count++) {
    await client.publishAsync('users/default/devices/pump/telemetry', '1', { qos: 1 })
  }
  await client.endAsync()
  const policy = { rules: [{ effect: 'allow', actions: ['publish'], topicFilter: 'a' }] }
  expect((await hub.api('PUT', '/api/policies/wide', { body: policy })).status).toBe(200)
  expect((await hub.api('DELETE', '/api/policies/none')).status).toBe(404)
  await hub[Symbol.asyncDispose]()
  const told = toldOf(hub).slice(before)
  expect(told.filter((msg) => msg !== 'CRL published')).toEqual([
    'Certificate issued',
    'Change made',
    'Client connected',
    'Client disconnected',
    'Change made',
    'Change refused',
    'Hub stopping',
    'Hub stopped',
  ])
  const refused = hub.log.lines.find(({ msg }) => msg === 'Change refused')
  expect(refused).toMatchObject({ action: 'policy.delete', object: 'none', cause: 'policy_not_found' })
  const made = hub.log.lines.filter(({ msg }) => msg === 'Change made').map(({ action, object }) => [action, object])
  expect(made).toEqual([
    ['device.issue', 'pump'],
    ['policy.set', 'wide'],
  ])
})
