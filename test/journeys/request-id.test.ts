import { expect, test } from 'vitest'
import { openConnectedClient } from '../support/raw-client.ts'
import { type ApiAnswer, startTestHub, type TestHub } from '../support/test-hub.ts'

function saidFor(hub: TestHub, answer: ApiAnswer): readonly unknown[] {
  const id = answer.headers['x-request-id']
  expect(id).toMatch(/^[0-9a-f-]{36}$/)
  return hub.log.lines.filter(({ requestId }) => requestId === id).map(({ msg }) => msg)
}

test('one id leads from the answer to a revocation to the end of the session, the CRL and the audit', async () => {
  await using hub = await startTestHub()
  const pump = await hub.enrol('pump')
  await hub.connect(pump, { clientId: 'pump' })
  const answer = await hub.api('DELETE', '/api/devices/certificates/pump')
  // Waits for the list that the revocation has set going.
  await hub.api('GET', '/pki/ca.crl', { token: null })
  expect(saidFor(hub, answer)).toEqual(
    expect.arrayContaining([
      'Certificate revoked',
      'Client disconnected',
      'CRL published',
      'Change made',
      'Request answered',
    ]),
  )
  const requestId = answer.headers['x-request-id']
  const { items } = (await hub.api('GET', '/api/audit?action=device.revoke')).json()
  expect(items).toMatchObject([{ action: 'device.revoke', object: 'pump', requestId }])

  // What the device does by itself is done for no request.
  const own = ['Client connected', 'Handshake finished', 'Hub ready']
  const lines = hub.log.lines.filter(({ msg, surface }) => own.includes(String(msg)) && surface !== 'https')
  expect(lines.length).toBeGreaterThanOrEqual(3)
  expect(lines.filter((line) => 'requestId' in line)).toEqual([])
})

test('so it does from a publish to the message that it cost somebody', async () => {
  await using hub = await startTestHub({ settings: { limits: { queue_messages: 1 } } })
  const away = await hub.enrolService('away', ['a'])
  using session = await openConnectedClient(hub, away, { clean: false })
  session.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'a', qos: 1 }] })
  await session.next('suback')
  session.send({ cmd: 'disconnect' })
  await session.closed
  const publish = () => hub.api('POST', '/api/publish', { body: { topicName: 'a', payload: 'x', qos: 1 } })
  expect(saidFor(hub, await publish())).toEqual(['Request answered'])
  expect(saidFor(hub, await publish())).toEqual(['Messages were lost to a bound', 'Request answered'])
})

test('and from a refusal to its line, under the id that the problem names', async () => {
  await using hub = await startTestHub()
  const answer = await hub.api('GET', '/api/devices', { token: 'sgn_wrong' })
  expect(answer.json().requestId).toBe(answer.headers['x-request-id'])
  expect(saidFor(hub, answer)).toEqual(['Refused', 'Request answered'])
})
