import { createHash, X509Certificate } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openssl } from '../ca/openssl.ts'
import { needPrograms } from '../support/foreign-program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

interface Fetched {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

/** In plain HTTP, without a credential, as whoever checks a certificate comes. */
function fetchPlain(hub: TestHub, path: string, headers = {}, method = 'GET'): Promise<Fetched> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: 'localhost', port: hub.hub.apiPort, path, method, headers, agent: false },
      async (incoming) => {
        const chunks: Buffer[] = []
        for await (const chunk of incoming) chunks.push(chunk)
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks) })
      },
    )
    outgoing.on('error', reject)
    outgoing.end()
  })
}

/** What `openssl verify -crl_check` says of a certificate, with the list at that path. */
async function check(hub: TestHub, path: string, certificatePem: string): Promise<string> {
  await using folder = await temporaryFolder()
  const { body } = await fetchPlain(hub, path)
  await writeFile(join(folder.path, 'list.crl'), body)
  await writeFile(join(folder.path, 'ca.pem'), hub.ca)
  await writeFile(join(folder.path, 'leaf.pem'), certificatePem)
  const time = String(Math.floor(hub.clock.now().getTime() / 1000))
  const args = ['verify', '-crl_check', '-attime', time, '-CAfile', 'ca.pem', '-CRLfile', 'list.crl', 'leaf.pem']
  return await openssl(folder.path, ...args).then(
    () => 'OK',
    (error: Error) => /error \d+ at [^:]*: ?(.*)/.exec(error.message)?.[1] ?? error.message,
  )
}

async function printList(hub: TestHub, path: string): Promise<string> {
  await using folder = await temporaryFolder()
  await writeFile(join(folder.path, 'list.crl'), (await fetchPlain(hub, path)).body)
  return await openssl(folder.path, 'crl', '-in', 'list.crl', '-noout', '-text')
}

function revoke(hub: TestHub, id: string, reason: string) {
  return hub.api('DELETE', `/api/devices/certificates/${id}?reason=${reason}`)
}

test('a list that is asked for after a revocation was answered has it, under its reason', async (context) => {
  needPrograms(context, 'openssl')
  await using hub = await startTestHub()
  const [pump, valve] = [await hub.enrol('pump'), await hub.enrol('valve')]
  expect(await check(hub, '/pki/ca.crl', pump.cert)).toBe('OK')
  expect((await revoke(hub, 'pump', 'keyCompromise')).status).toBe(200)
  const text = await printList(hub, '/pki/ca.crl')
  expect(text).toContain(`Serial Number: ${new X509Certificate(pump.cert).serialNumber}`)
  expect(text).toMatch(/X509v3 CRL Reason Code: *\n *Key Compromise/)
  expect(text).not.toContain(new X509Certificate(valve.cert).serialNumber)
  expect(await check(hub, '/pki/ca.crl', pump.cert)).toBe('certificate revoked')
  expect(await check(hub, '/pki/ca.crl.pem', pump.cert)).toBe('certificate revoked')
  expect(await check(hub, '/pki/ca.crl', valve.cert)).toBe('OK')
})

test('certificates without a distribution point, with the present and with an earlier one verify', async (context) => {
  needPrograms(context, 'openssl')
  const settings = (url: string) => ({ pki: { public_url: url } })
  await using hub = await startTestHub()
  const without = await hub.enrol('without')
  await hub.reload(settings('http://old.example.com'))
  const earlier = await hub.enrol('earlier')
  await hub.reload(settings('http://new.example.com:8080'))
  const present = await hub.enrol('present')
  for (const { cert } of [without, earlier, present]) expect(await check(hub, '/pki/ca.crl', cert)).toBe('OK')
  for (const { cert } of [earlier, present]) expect(await check(hub, '/pki/dp.crl', cert)).toBe('OK')

  const text = await printList(hub, '/pki/dp.crl')
  expect(text).toContain('X509v3 Issuing Distribution Point: critical')
  for (const url of ['http://old.example.com/pki/dp.crl', 'http://new.example.com:8080/pki/dp.crl']) {
    expect(text).toContain(`URI:${url}`)
  }
  expect(await printList(hub, '/pki/ca.crl')).not.toContain('Distribution Point')

  await revoke(hub, 'earlier', 'superseded')
  await revoke(hub, 'present', 'unspecified')
  for (const { cert } of [earlier, present]) {
    expect(await check(hub, '/pki/dp.crl', cert)).toBe('certificate revoked')
  }
})

test('a list is kept by caches until something changes, and its number outlives the hub', async () => {
  await using folder = await temporaryFolder()
  const first = await (async () => {
    await using hub = await startTestHub({ folder: folder.path })
    await hub.enrol('pump')
    const { status, headers, body } = await fetchPlain(hub, '/pki/ca.crl')
    expect({ status, type: headers['content-type'] }).toEqual({ status: 200, type: 'application/pkix-crl' })
    expect(headers['cache-control']).toBe('public, max-age=3600')
    const again = await fetchPlain(hub, '/pki/ca.crl', { 'if-none-match': headers['etag'] })
    expect([again.status, again.body.length]).toEqual([304, 0])
    const head = await fetchPlain(hub, '/pki/ca.crl', {}, 'HEAD')
    expect([head.status, head.headers['content-length'], head.body.length]).toEqual([200, String(body.length), 0])

    await revoke(hub, 'pump', 'cessationOfOperation')
    const changed = await fetchPlain(hub, '/pki/ca.crl', { 'if-none-match': headers['etag'] })
    expect(changed.status).toBe(200)
    expect(digest(changed.body)).not.toBe(digest(body))
    return numberOf(changed)
  })()
  await using hub = await startTestHub({ folder: folder.path })
  expect(numberOf(await fetchPlain(hub, '/pki/ca.crl'))).toBeGreaterThan(first)
})

function numberOf({ headers }: Fetched): number {
  return Number(String(headers['etag']).replaceAll('"', ''))
}

function digest(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex')
}
