import { expect, test } from 'vitest'
import { startTestHub } from '../support/test-hub.ts'
import { verifyArchive } from '../../src/backup/archive.ts'
import { request } from 'node:https'

test('x', async () => {
  await using hub = await startTestHub()
  const d = await hub.enrol('device-001')
  const bytes = await new Promise<Buffer>((resolve, reject) => {
    const out = request({ host: 'localhost', port: hub.hub.apiPort, ca: hub.ca, method: 'POST', path: '/api/backup', agent: false, headers: { authorization: `Bearer ${hub.adminToken}`, 'content-type': 'application/json' } }, async (inc) => {
      const c: Buffer[] = []
      for await (const x of inc) c.push(x)
      console.log(inc.statusCode, inc.headers)
      resolve(Buffer.concat(c))
    })
    out.on('error', reject)
    out.end(JSON.stringify({ passphrase: 'correct horse battery' }))
  })
  console.log(bytes.length)
  async function* s() { yield bytes }
  console.log(await verifyArchive(s(), 'correct horse battery'))
  console.log(hub.log)
})
