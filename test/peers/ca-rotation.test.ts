import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createForeignHierarchy, openssl } from '../ca/openssl.ts'
import { needPrograms } from '../support/foreign-program.ts'
import { runProgram } from '../support/program.ts'
import { startTestHub, type TestHub } from '../support/test-hub.ts'

interface Held {
  readonly id: string
  readonly certificate: string
}

const DEVICES = Array.from({ length: 20 }, (_, index) => `device-${index + 1}`)

async function fetchText(hub: TestHub, path: string): Promise<Buffer> {
  const answer = await hub.hub.fetch(new Request(`https://localhost${path}`))
  expect(answer.status).toBe(200)
  return Buffer.from(await answer.arrayBuffer())
}

/** What a device keeps: its key, its certificate and the CA that it was given with them. */
async function save(
  hub: TestHub,
  folder: string,
  id: string,
  answer: { clientCert: string; clientKey: string; caCert: string },
): Promise<Held> {
  await mkdir(join(hub.folder, folder), { recursive: true })
  const write = (name: string, text: string) =>
    writeFile(join(hub.folder, folder, `${id}-${name}.pem`), text, { mode: 0o600 })
  await Promise.all([write('cert', answer.clientCert), write('key', answer.clientKey), write('ca', answer.caCert)])
  return { id, certificate: answer.clientCert }
}

async function enrol(hub: TestHub, folder: string, id: string): Promise<Held> {
  const answer = await hub.hub.fetch(
    new Request(`https://localhost/api/devices/certificates/${id}`, { method: 'POST' }),
  )
  return save(hub, folder, id, (await answer.json()) as Parameters<typeof save>[3])
}

/** With what it holds, the CA above all. */
async function publish(hub: TestHub, folder: string, id: string) {
  const files = `--cafile ${folder}/${id}-ca.pem --cert ${folder}/${id}-cert.pem --key ${folder}/${id}-key.pem`
  const line = `mosquitto_pub -h localhost -p ${hub.hub.mqttPort} -i ${id} ${files} -q 1 -t users/default/devices/${id}/up -m 1`
  return runProgram(line, { cwd: hub.folder })
}

/** What openssl says of the hub's own certificate under a CA. */
async function verifyServer(hub: TestHub, ca: string): Promise<string> {
  const { stdout } = await runProgram(
    `sh -c "openssl s_client -connect localhost:${hub.hub.mqttPort} -CAfile ${ca} -verify_return_error </dev/null 2>&1 | grep -m1 'Verify return code' || echo refused"`,
    { cwd: hub.folder },
  )
  return stdout.trim()
}

test('twenty devices that hold the old CA alone connect through the whole overlap, and find the hub after it with what they were given', {
  timeout: 240_000,
}, async (context) => {
  needPrograms(context, 'openssl', 'mosquitto_pub')
  await using hub = await startTestHub({
    settings: { public_host: 'localhost', pki: { public_url: 'http://localhost' } },
  })
  for (const id of DEVICES) await enrol(hub, 'old', id)
  await writeFile(join(hub.folder, 'old.pem'), hub.ca)
  const good = { code: 0, stdout: '', stderr: '' }
  const ask = (path: string, method = 'GET', body?: object) =>
    hub.hub.fetch(
      new Request(`https://localhost${path}`, {
        method,
        ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
      }),
    )

  expect((await ask('/api/ca/rotation', 'POST', {})).status).toBe(201)
  await writeFile(join(hub.folder, 'both.pem'), hub.hub.caCertificate)
  for (const ca of ['old.pem', 'both.pem']) expect(await verifyServer(hub, ca)).toContain('code: 0 (ok)')
  for (const id of DEVICES.slice(0, 3)) expect(await publish(hub, 'old', id)).toEqual(good)

  for (const id of DEVICES) await enrol(hub, 'new', id)
  // Their certificates are here, and they have not taken them into use: each still depends.
  expect(await (await ask('/api/ca/rotation')).json()).toMatchObject({
    dependents: { device: 20 },
    moved: { issued: 20, connected: 0 },
  })
  expect((await ask('/api/ca/rotation/retire', 'POST', {})).status).toBe(409)
  for (const id of DEVICES.slice(0, 3)) expect(await publish(hub, 'old', id)).toEqual(good)
  for (const id of DEVICES) expect(await publish(hub, 'new', id)).toEqual(good)
  expect((await publish(hub, 'old', 'device-1')).code).not.toBe(0)

  const { items: authorities } = (await (await ask('/api/ca/authorities')).json()) as {
    items: readonly { revocationList: string }[]
  }
  expect((await ask('/api/ca/rotation/retire', 'POST', {})).status).toBe(200)
  expect(await verifyServer(hub, 'old.pem')).not.toContain('code: 0 (ok)')
  expect(await verifyServer(hub, 'both.pem')).toContain('code: 0 (ok)')
  for (const id of DEVICES) expect(await publish(hub, 'new', id)).toEqual(good)

  // The last list of the old CA verifies by it, and has every certificate of it.
  const [, old] = authorities
  await writeFile(join(hub.folder, 'old.crl'), await fetchText(hub, old?.revocationList ?? ''))
  const crl = await openssl(hub.folder, 'crl', '-in', 'old.crl', '-CAfile', 'old.pem', '-noout', '-text')
  expect(crl.match(/Serial Number/g)).toHaveLength(20)
  await writeFile(join(hub.folder, 'new.pem'), hub.hub.caCertificate)
  await writeFile(join(hub.folder, 'new.crl'), await fetchText(hub, '/pki/ca.crl'))
  expect(await openssl(hub.folder, 'crl', '-in', 'new.crl', '-CAfile', 'new.pem', '-noout', '-text')).toContain(
    'No Revoked',
  )
})

test('during the overlap each CA signs its own lists, and OpenSSL finds a certificate on that of its issuer', {
  timeout: 240_000,
}, async (context) => {
  needPrograms(context, 'openssl')
  await using hub = await startTestHub({ settings: { pki: { public_url: 'http://pki.example.com' } } })
  const old = await enrol(hub, 'old', 'pump')
  await hub.hub.fetch(new Request('https://localhost/api/ca/rotation', { method: 'POST' }))
  const next = await enrol(hub, 'new', 'fan')
  await hub.hub.fetch(new Request('https://localhost/api/devices/certificates/fan', { method: 'DELETE' }))
  await writeFile(join(hub.folder, 'both.pem'), hub.hub.caCertificate)

  const check = async (certificate: string): Promise<string> => {
    await writeFile(join(hub.folder, 'leaf.pem'), certificate)
    const text = await openssl(hub.folder, 'x509', '-in', 'leaf.pem', '-noout', '-text')
    const url = /URI:(http:\/\/pki\.example\.com\S+)/.exec(text)?.[1] ?? ''
    await writeFile(join(hub.folder, 'dp.crl'), await fetchText(hub, new URL(url).pathname))
    const time = String(Math.floor(hub.clock.now().getTime() / 1000))
    const args = [
      'verify',
      '-x509_strict',
      '-crl_check',
      '-attime',
      time,
      '-CAfile',
      'both.pem',
      '-CRLfile',
      'dp.crl',
      'leaf.pem',
    ]
    return openssl(hub.folder, ...args).then(
      (text) => text.trim(),
      ({ message }: Error) => /error \d+ .*?: (.*)/.exec(message)?.[1] ?? message,
    )
  }
  expect(await check(old.certificate)).toBe('leaf.pem: OK')
  expect(await check(next.certificate)).toContain('certificate revoked')
})

test('with two tiers a root stands above the CA that issues, its key may be away, and the next CA comes from it again', {
  timeout: 240_000,
}, async (context) => {
  needPrograms(context, 'openssl', 'mosquitto_pub')
  await using hub = await startTestHub({ settings: { ca: { hierarchy: 'two_tier' } } })
  const device = await enrol(hub, 'old', 'pump')
  await writeFile(join(hub.folder, 'pump.pem'), device.certificate)
  const strict = (ca: string, leaf: string, ...more: string[]) =>
    openssl(hub.folder, 'verify', '-x509_strict', '-CAfile', ca, ...more, leaf)
  for (const leaf of ['pump.pem', 'certs/server-cert.pem']) {
    expect(await strict('certs/ca-cert.pem', leaf)).toBe(`${leaf}: OK\n`)
  }
  expect(await publish(hub, 'old', 'pump')).toEqual({ code: 0, stdout: '', stderr: '' })
  const text = await openssl(hub.folder, 'crl2pkcs7', '-nocrl', '-certfile', 'certs/ca-cert.pem')
  await writeFile(join(hub.folder, 'chain.p7'), text)
  const chain = await openssl(hub.folder, 'pkcs7', '-in', 'chain.p7', '-print_certs', '-text', '-noout')
  expect([...chain.matchAll(/CA:TRUE, pathlen:(\d)/g)].map(([, length]) => length)).toEqual(['0', '1'])

  const rotate = () => hub.hub.fetch(new Request('https://localhost/api/ca/rotation', { method: 'POST' }))
  await runProgram('mv certs/root-key.pem away.pem', { cwd: hub.folder })
  expect(await (await rotate()).json()).toMatchObject({ status: 409, code: 'root_key_missing' })
  await runProgram('mv away.pem certs/root-key.pem', { cwd: hub.folder })
  expect((await rotate()).status).toBe(201)
  expect((await readFile(join(hub.certsDir, 'ca-cert.pem'), 'utf8')).match(/BEGIN/g)).toHaveLength(3)
  const next = await enrol(hub, 'new', 'pump')
  await writeFile(join(hub.folder, 'next.pem'), next.certificate)
  expect(await strict('certs/ca-cert.pem', 'next.pem')).toBe('next.pem: OK\n')
  // By the root alone, as it is after the old CA has gone: the hub sends what stands between.
  await publish(hub, 'new', 'pump')
  const retired = await hub.hub.fetch(new Request('https://localhost/api/ca/rotation/retire', { method: 'POST' }))
  expect(retired.status).toBe(200)
  await writeFile(join(hub.folder, 'first.pem'), hub.ca)
  expect(await verifyServer(hub, 'first.pem')).toContain('code: 0 (ok)')
})

test('a CA of openssl, below a root of its own, is imported and takes over', async (context) => {
  needPrograms(context, 'openssl', 'mosquitto_pub')
  await using hub = await startTestHub()
  const works = join(hub.folder, 'works')
  await mkdir(works)
  await createForeignHierarchy(works)
  const read = (name: string) => readFile(join(works, name), 'utf8')
  const [certificate, key, chain] = await Promise.all([read('ca-cert.pem'), read('ca-key.pem'), read('root-cert.pem')])
  const send = async (body: object) =>
    hub.hub.fetch(
      new Request('https://localhost/api/ca/rotation', {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    )
  expect(await (await send({ certificate, key })).json()).toMatchObject({
    code: 'authority_unfit',
    detail: expect.stringContaining('self-signed root'),
  })
  expect(await (await send({ certificate, key, chain })).json()).toMatchObject({
    current: { subject: 'CN=Works Issuing' },
  })
  await enrol(hub, 'new', 'pump')
  expect(await publish(hub, 'new', 'pump')).toEqual({ code: 0, stdout: '', stderr: '' })
  await writeFile(join(hub.folder, 'leaf.pem'), await readFile(join(hub.folder, 'new/pump-cert.pem')))
  expect(await openssl(hub.folder, 'verify', '-CAfile', 'certs/ca-cert.pem', 'leaf.pem')).toBe('leaf.pem: OK\n')
})
