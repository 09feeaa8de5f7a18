import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { expect, test } from 'vitest'
import { PASSPHRASE } from '../support/backups.ts'
import { useFakeTimeouts } from '../support/fake-timeouts.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

const PATH = '/api/backup'

/** More than the sockets between them take up: the hub has some of it left as long as nobody reads. */
async function fill(hub: TestHub): Promise<void> {
  const publisher = await hub.connect(await hub.enrolService('backend', ['#']), { clientId: 'backend' })
  const payload = Buffer.alloc(1_000_000, 'x')
  for (let number = 0; number < 16; number++) {
    await publisher.publishAsync(`kept/${number}`, payload, { qos: 1, retain: true })
  }
}

test('a download that stalls is cut off, and the next backup is made', async () => {
  await using hub = await startTestHub()
  await fill(hub)
  using timeouts = useFakeTimeouts()
  const headers = { authorization: `Bearer ${hub.adminToken}`, 'content-type': 'application/json' }
  const target = { host: 'localhost', port: hub.hub.apiPort, ca: hub.ca, agent: false }
  const outgoing = request({ ...target, headers, method: 'POST', path: PATH })
  outgoing.end(JSON.stringify({ passphrase: PASSPHRASE }))
  // Nothing reads it.
  const [stalled] = (await once(outgoing, 'response')) as [IncomingMessage]
  const broken = once(stalled, 'error')
  const backUp = () => hub.api('POST', PATH, { body: { passphrase: PASSPHRASE, contents: 'ca' } })
  expect(await backUp()).toMatchObject({ status: 409 })

  do timeouts.advance(30_000)
  while ((await backUp()).status === 409)
  stalled.resume()
  expect(await broken).toMatchObject([{ code: 'ECONNRESET' }])
  expect(readdirSync(hub.dataDir).filter((name) => name.startsWith('.'))).toEqual([])
})
