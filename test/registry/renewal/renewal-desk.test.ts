import { expect, test } from 'vitest'
import { createRenewalDesk, type RenewalCall } from '../../../src/registry/renewal/renewal-desk.ts'
import type { Renewals } from '../../../src/registry/renewals.ts'
import { createCertificate } from '../../db/records.ts'

const IDENTITY = { kind: 'device', id: 'pump', userId: 'me' } as const
const OWN = 'users/me/devices/pump/certificate'

function openDesk(renew: Renewals['renew']) {
  const published: [string, unknown][] = []
  const failures: unknown[] = []
  const refused: string[] = []
  const desk = createRenewalDesk({
    renewals: { admit: () => ({ admitted: true, identity: IDENTITY, certificate: createCertificate('pump') }), renew },
    publish: async (topicName, payload) => void published.push([topicName, JSON.parse(payload.toString())]),
    onFailure: (error) => failures.push(error),
  })
  const call = (more: Partial<RenewalCall> = {}): RenewalCall => ({
    topicName: `${OWN}/request`,
    payload: Buffer.from('{"id":1,"csr":"x"}'),
    identity: IDENTITY,
    peer: {},
    refuse: (cause) => refused.push(cause),
    ...more,
  })
  return { desk, call, published, failures, refused }
}

test('a failure of the hub is told to the operator whole, and to the device without its cause', async () => {
  const failure = new Error('disk on fire')
  const { desk, call, published, failures, refused } = openDesk(() => Promise.reject(failure))
  await desk.take(call())
  expect(published).toEqual([
    [`${OWN}/response`, { id: 1, error: { code: 'internal_error', message: expect.not.stringContaining('fire') } }],
  ])
  expect({ failures, refused }).toEqual({ failures: [failure], refused: [] })
})

test('after a failure the next request is served', async () => {
  const { desk, call, published } = openDesk(() => Promise.reject(new Error('once')))
  await desk.take(call())
  await desk.take(call())
  expect(published).toHaveLength(2)
  expect(published).not.toContainEqual([expect.anything(), { error: { code: 'renewal_in_progress' } }])
})

test('who is nobody, and topics that are alike, are not answered', async () => {
  const { desk, call, published, refused } = openDesk(() => Promise.reject(new Error('never')))
  await desk.take(call({ identity: { kind: 'anonymous', id: '_anonymous', userId: undefined } }))
  await desk.take(call({ topicName: 'factory/certificate/request' }))
  expect({ published, refused }).toEqual({ published: [], refused: ['renewal_for_another'] })
})
