import { expect, test } from 'vitest'
import { createEmqxManagement } from '../../src/api/emqx-management.ts'
import { createMemoryAuthority } from '../../src/ca/memory-authority.ts'
import { systemClock } from '../../src/clock.ts'
import { EMQX_KEY, openEmqxDouble } from '../support/emqx-double.ts'

test('clients are listed by a part of their client id, and by user name', async () => {
  await using emqx = await openEmqxDouble()
  using management = createEmqxManagement({ url: emqx.url, ...EMQX_KEY, trusted: [] })
  for (const clientid of ['pump', 'pump:1', 'valve']) emqx.clients.set(clientid, { clientid, username: 'backend' })
  emqx.clients.set('gone', { clientid: 'gone', connected: false, connected_at: '2026-11-22T12:00:00.000+03:00' })
  const named = async (list: Promise<readonly { clientId: string }[]>) => (await list).map(({ clientId }) => clientId)

  expect(await named(management.listLike('pump'))).toEqual(['pump', 'pump:1'])
  expect(await named(management.listOfUsername('backend'))).toEqual(['pump', 'pump:1', 'valve'])
  expect(await management.listLike('gone')).toEqual([
    { clientId: 'gone', isConnected: false, connectedAt: new Date('2026-11-22T09:00:00Z') },
  ])
  expect(await management.listLike('valve')).toEqual([{ clientId: 'valve', isConnected: true, connectedAt: undefined }])
})

for (const tellsCount of [false, true]) {
  test(`a list goes on to its last page, ${tellsCount ? 'known by the count' : 'as EMQX says'}`, async () => {
    await using emqx = await openEmqxDouble({ tellsCount })
    using management = createEmqxManagement({ url: emqx.url, ...EMQX_KEY, trusted: [] })
    for (let index = 0; index < 2_500; index++) emqx.clients.set(`p${index}`, { clientid: `p${index}` })
    expect(await management.listLike('p')).toHaveLength(2_500)
    expect(emqx.calls).toHaveLength(3)
  })
}

test('a client is disconnected, and one that is not there is no failure', async () => {
  await using emqx = await openEmqxDouble()
  using management = createEmqxManagement({ url: emqx.url, ...EMQX_KEY, trusted: [] })
  emqx.clients.set('00:1b/?', { clientid: '00:1b/?' })
  await management.disconnect('00:1b/?')
  await management.disconnect('nobody')
  expect([...emqx.clients.keys()]).toEqual([])
  expect(emqx.calls).toEqual(['DELETE /api/v5/clients/00%3A1b%2F%3F', 'DELETE /api/v5/clients/nobody'])
})

for (const { name, failure, message } of [
  { name: 'an answer that is no success', failure: 503, message: 'EMQX answered 503' },
  { name: 'an answer that is no list', failure: 'nonsense', message: /JSON/ },
  { name: 'no answer in time', failure: 'silence', message: /did not answer GET .* in 50 ms/ },
] as const) {
  test(`${name} is a failure`, async () => {
    await using emqx = await openEmqxDouble()
    const patience = failure === 'silence' ? { timeoutMs: 50 } : {}
    using management = createEmqxManagement({ url: emqx.url, ...EMQX_KEY, trusted: [], ...patience })
    emqx.failures.push(failure)
    await expect(management.listLike('pump')).rejects.toThrow(message)
  })
}

test('a client that EMQX does not end is a failure', async () => {
  await using emqx = await openEmqxDouble()
  using management = createEmqxManagement({ url: emqx.url, ...EMQX_KEY, trusted: [] })
  emqx.failures.push(500)
  await expect(management.disconnect('pump')).rejects.toThrow('EMQX answered 500')
})

test('a wrong secret is said to be one', async () => {
  await using emqx = await openEmqxDouble()
  using management = createEmqxManagement({ url: emqx.url, key: 'signet', secret: 'other', trusted: [] })
  await expect(management.listLike('pump')).rejects.toThrow('EMQX answered 401: check emqx.api_key and emqx.api_secret')
})

test('over HTTPS the certificate must lead to what is trusted', async () => {
  const authority = await createMemoryAuthority(systemClock)
  const { certificatePem: cert, privateKeyPem: key } = await authority.issueServer(['localhost'])
  await using emqx = await openEmqxDouble({ tls: { cert, key } })
  using trusting = createEmqxManagement({ url: emqx.url, ...EMQX_KEY, trusted: [authority.caCertificatePem] })
  using distrusting = createEmqxManagement({ url: emqx.url, ...EMQX_KEY, trusted: [] })
  expect(await trusting.listLike('pump')).toEqual([])
  await expect(distrusting.listLike('pump')).rejects.toThrow(/unable to verify|self-signed/)
  expect(emqx.calls).toHaveLength(1)
})
